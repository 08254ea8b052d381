"""The parameters of the benchmark of paths."""

from __future__ import annotations

from typing import Annotated, Self

import pydantic

from bi_bench.api import Split
from bi_bench_plugins.benchmarks.paths.layout import Shape, common
from bi_bench_plugins.benchmarks.paths.names import NAMES
from bi_bench_plugins.benchmarks.shared.splits import IN_DISTRIBUTION
from bi_bench_plugins.benchmarks.shared.tuples import FROM_LIST
from bi_bench_plugins.benchmarks.shared.worded import TierParameters

LONGEST = 20


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    low, high = value
    if not 2 <= low <= high <= LONGEST:
        raise ValueError(
            f"[{low}, {high}] is no range of lengths; write [fewest, most] edges of an arm "
            f"with 2 <= fewest <= most <= {LONGEST}"
        )
    return value


LengthRange = Annotated[tuple[int, int], FROM_LIST, pydantic.AfterValidator(_ordered)]


class PathsParameters(TierParameters):
    """Shape and wording of the benchmark of paths."""

    arms: int = pydantic.Field(
        default=4, ge=2, le=8, description="arms that leave the start; one ends at the goal"
    )
    length: LengthRange = pydantic.Field(
        default=(3, 5), description="edges of each arm, [fewest, most], in all splits but test-ood"
    )
    length_ood: LengthRange = pydantic.Field(
        default=(6, 7), description="edges of each arm in test-ood"
    )
    branches: int = pydantic.Field(
        default=2, ge=0, le=8, description="dead ends that branch off the arms, at random places"
    )
    distractors: int = pydantic.Field(
        default=4, ge=0, le=12, description="edges of a tree that is not connected to the start"
    )

    @pydantic.model_validator(mode="after")
    def _named(self) -> Self:
        names = len(NAMES[self.tier])
        if self.most_places > names:
            raise ValueError(
                f"a problem has up to {self.most_places} places, and the {self.tier} tier has names "
                f"for {names}; lower arms, length, length_ood, branches or distractors"
            )
        return self

    @pydantic.model_validator(mode="after")
    def _varied(self) -> Self:
        for split in ("test-id", "test-ood"):
            if not any(common(self.shape_of(split), splits_like(split))):
                raise ValueError(
                    f"there are too few different maps for {split}, and splits share none; "
                    "raise branches or distractors, or widen the range of lengths"
                )
        return self

    @property
    def longest(self) -> int:
        """Edges of the longest arm of any split."""
        return max(self.length[1], self.length_ood[1])

    @property
    def most_places(self) -> int:
        """Places of the largest problem of any split."""
        branches = self.branches * (self.longest - 1)
        return 1 + self.arms * self.longest + branches + self.distractors + bool(self.distractors)

    def shape_of(self, split: Split) -> Shape:
        """What the problems of a split look like."""
        length = self.length_ood if split == "test-ood" else self.length
        return Shape(self.arms, length, self.branches, self.distractors)


def splits_like(split: Split) -> frozenset[Split]:
    """The splits whose problems are to be as difficult as those of one."""
    return IN_DISTRIBUTION if split in IN_DISTRIBUTION else frozenset({split})
