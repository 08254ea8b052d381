"""Collects different values of a random draw whose number is not known."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

PATIENCE = 100  # draws for each value that is wanted; then there are taken to be no more

T = TypeVar("T", bound=Hashable)


def distinct(first: T, draw: Callable[[], T], n: int) -> list[T]:
    """``first`` and up to ``n - 1`` other values of ``draw``, in the order in which they came.

    Fewer if ``PATIENCE * (n - 1)`` draws gave no more; never a value twice.
    """
    found = {first: None}
    for _ in range(PATIENCE * (n - 1)):
        if len(found) == n:
            break
        found[draw()] = None
    return list(found)
