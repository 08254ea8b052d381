"""Checks that evaluations may be compared: all that must be equal is equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bi_bench.artifacts.differences import differences
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.report.data.results import Pair


class IdentityMismatch(Exception):  # noqa: N818 - a refusal that a row shows
    """Two evaluations, named by ``where``, differ in what must be equal; ``field`` is its path."""

    def __init__(self, field: str, where: str) -> None:
        super().__init__(f"{field} differ ({where})")
        self.field = field
        self.where = where


def check_arm(arm: Mapping[int, Pair]) -> None:
    """Raise IdentityMismatch unless pre and post are equal, and seeds in all but the seed."""
    first = next(iter(arm))
    for seed, pair in arm.items():
        _check_same(pair.pre, pair.post, f"pre and post, seed {seed}")
        _check_same(arm[first].pre, pair.pre, f"seeds {first} and {seed}", ("seed",))


def check_against(
    arm: Mapping[int, Pair], reference: Mapping[int, Pair], name: str = "the reference"
) -> None:
    """Raise IdentityMismatch unless two arms were evaluated in the same way under every seed of the first.

    ``name`` is what the mismatch calls the second arm.
    """
    for seed, pair in arm.items():
        _check_same(reference[seed].pre, pair.pre, f"from {name}, pre, seed {seed}")
        _check_same(reference[seed].post, pair.post, f"from {name}, post, seed {seed}")


def _check_same(one: Outcomes, other: Outcomes, where: str, but: Sequence[str] = ()) -> None:
    left, right = (
        {name: value for name, value in each.identity.to_json().items() if name not in but}
        for each in (one, other)
    )
    for field in differences(left, right):
        raise IdentityMismatch(field, where)
    if one.partial != other.partial:
        raise IdentityMismatch("kinds of credit", where)
    # Contrasts pair by position, so the order counts too.
    if one.problems != other.problems:
        raise IdentityMismatch("problem ids", where)
