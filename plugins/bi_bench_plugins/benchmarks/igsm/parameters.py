"""The parameters of the iGSM benchmark."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic

from bi_bench.api import Split
from bi_bench_plugins.benchmarks.shared.tuples import FROM_LIST
from bi_bench_plugins.benchmarks.shared.worded import WordedParameters

HARDEST = 40
_EMBEDDED_MODULUS = 7


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    low, high = value
    if not 1 <= low <= high <= HARDEST:
        raise ValueError(
            f"[{low}, {high}] is no range of operations; write [fewest, most] "
            f"with 1 <= fewest <= most <= {HARDEST}"
        )
    return value


def _is_last(value: str) -> bool:
    return value == "last"


OpsRange = Annotated[
    tuple[int, int],
    FROM_LIST,
    pydantic.AfterValidator(_ordered),
]


class IGSMParameters(WordedParameters):
    """Difficulty in operations per split, arithmetic and wording of the iGSM benchmark."""

    ops: OpsRange = pydantic.Field(
        default=(15, 20), description="operations of sft, rl and probe problems, [fewest, most]"
    )
    ops_ood: OpsRange = pydantic.Field(default=(21, 25), description="operations of test-ood")
    ops_pretrain: OpsRange = pydantic.Field(default=(1, 2), description="operations of pretrain")
    ops_val: OpsRange | None = pydantic.Field(
        default=None, description="operations of val; as ops unless set"
    )
    ops_test: OpsRange | None = pydantic.Field(
        default=None, description="operations of test-id; as ops unless set"
    )
    modulus: int | None = pydantic.Field(
        default=None,
        ge=0,
        description="arithmetic modulo this number, 0 for integers; natural 0, embedded 7",
    )
    answer_bound: int = pydantic.Field(
        default=1000,
        ge=1,
        description="integers only: answers stay below it in size",
    )
    zero_filter: float = pydantic.Field(
        default=0.0, ge=0.0, le=1.0, description="share of the problems with answer 0 to drop"
    )
    redundant: int | None = pydantic.Field(
        default=None,
        ge=0,
        description="at most so many redundant premises, drawn at random; all as in the original",
    )
    box: Literal["last", "first"] = pydantic.Field(
        default="last",
        description="natural only: which box of a completion is its answer",
        exclude_if=_is_last,
    )

    @pydantic.model_validator(mode="after")
    def _boxes_are_natural(self) -> IGSMParameters:
        if self.box == "first" and self.tier == "embedded":
            raise ValueError('box = "first": the embedded tier has no boxes; use tier = "natural"')
        return self

    @pydantic.field_validator("modulus")
    @classmethod
    def _no_modulus_of_one(cls, value: int | None) -> int | None:
        if value == 1:
            raise ValueError("modulo 1 every value is 0; write 0 for integers, or 2 or more")
        return value

    @property
    def arithmetic(self) -> int | None:
        """The modulus in force, None for integers."""
        if self.modulus is None:
            return _EMBEDDED_MODULUS if self.tier == "embedded" else None
        return self.modulus or None

    def ops_of(self, split: Split) -> tuple[int, int]:
        """Fewest and most operations of the problems of a split."""
        special = {
            "pretrain": self.ops_pretrain,
            "val": self.ops_val,
            "test-id": self.ops_test,
            "test-ood": self.ops_ood,
        }
        return special.get(split) or self.ops
