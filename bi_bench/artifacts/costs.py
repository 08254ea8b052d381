"""The costs of a stage, in a separate file since they differ from run to run."""

from __future__ import annotations

from typing import Any, ClassVar

from bi_bench.artifacts.artifact import Artifact


class Costs(Artifact):
    """``costs.json``; what was not measured is missing.

    ``steps``: of RFT. ``budget_share``: how much of the budget of a matched RFT was spent.
    ``trainable_parameters``: where these were adapters. ``cpu``: the kind of CPU that it ran on.
    Memory is in 10^6 bytes.
    """

    FILE: ClassVar[str] = "costs.json"

    wall_seconds: float | None = None
    peak_memory_mb: float | None = None
    peak_gpu_memory_mb: float | None = None
    tokens_trained: int | float | None = None
    tokens_generated: int | float | None = None
    steps: int | None = None
    budget_share: float | None = None
    trainable_parameters: int | None = None
    cpu: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, of what was measured."""
        return self.model_dump(mode="json", exclude_none=True)
