"""The callable through which a stage reports how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as ``progress(step=3, total=100, reward=0.4)``: the step, of how many, numbers to show."""

    def __call__(
        self, *, step: int | None = None, total: int | None = None, **numbers: float | str
    ) -> None:
        """Report; returns at once."""
