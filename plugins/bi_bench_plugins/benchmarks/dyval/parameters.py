"""The parameters of the DyVal arithmetic benchmark."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pydantic

from bi_bench.api import Split
from bi_bench_plugins.benchmarks.shared.embedded import LETTERS
from bi_bench_plugins.benchmarks.shared.tuples import FROM_LIST
from bi_bench_plugins.benchmarks.shared.worded import WordedParameters

Operator = Literal["+", "-", "*", "/", "sqrt", "square"]
ALL: tuple[Operator, ...] = ("+", "-", "*", "/", "sqrt", "square")
INTEGER: tuple[Operator, ...] = ("+", "-", "*", "square")
UNARY = ("sqrt", "square")

CONSONANTS = "bcdfghjklmnpqrstvwxz"
NAMES = {"natural": len(CONSONANTS) ** 3, "embedded": len(LETTERS)}  # that a tier has to give

DEEPEST = 8
MOST_QUANTITIES = 255
_LARGEST_LEAF = 10
_EMBEDDED_MODULUS = 7


def _ordered(value: tuple[int, int]) -> tuple[int, int]:
    low, high = value
    if not 2 <= low <= high <= DEEPEST:
        raise ValueError(
            f"[{low}, {high}] is no range of levels; write [fewest, most] "
            f"with 2 <= fewest <= most <= {DEEPEST}"
        )
    return value


def _named_once(value: tuple[Operator, ...]) -> tuple[Operator, ...]:
    if not value or len(set(value)) < len(value):
        raise ValueError(f"name one or more of {', '.join(ALL)}, each once")
    return value


DepthRange = Annotated[tuple[int, int], FROM_LIST, pydantic.AfterValidator(_ordered)]
Operators = Annotated[tuple[Operator, ...], FROM_LIST, pydantic.AfterValidator(_named_once)]


class DyValParameters(WordedParameters):
    """Shape, arithmetic and wording of the DyVal arithmetic benchmark."""

    depth: DepthRange = pydantic.Field(
        default=(3, 4), description="levels of sft, rl and probe problems, [fewest, most]"
    )
    depth_ood: DepthRange = pydantic.Field(default=(5, 5), description="levels of test-ood")
    depth_pretrain: DepthRange = pydantic.Field(default=(2, 3), description="levels of pretrain")
    depth_val: DepthRange | None = pydantic.Field(
        default=None, description="levels of val; as depth unless set"
    )
    depth_test: DepthRange | None = pydantic.Field(
        default=None, description="levels of test-id; as depth unless set"
    )
    children: int = pydantic.Field(
        default=2, ge=2, le=5, description="operands of +, -, * and / before links are added"
    )
    extra_links: int = pydantic.Field(
        default=1, ge=0, le=3, description="operands that links add to each of these; 0 for trees"
    )
    operators: Operators | None = pydantic.Field(
        default=None,
        description="operations, uniform; natural all six, embedded or modulo + - * square",
    )
    modulus: int | None = pydantic.Field(
        default=None,
        ge=0,
        description="arithmetic modulo this number, 0 for none; natural 0, embedded 7",
    )
    bound: int = pydantic.Field(
        default=10**9,
        gt=_LARGEST_LEAF,
        le=10**15,
        description="all values stay below it in size; in the original floats set the bound",
    )
    description_order: Literal["topological", "reversed", "random"] = pydantic.Field(
        default="random", description="order of the premises; topological: operands first"
    )
    leaky_names: bool = pydantic.Field(
        default=False,
        description="names in alphabetical order of a solution, as in the original",
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Self:
        if self.modulus == 1:
            raise ValueError("modulo 1 every value is 0; write modulus = 0 for none, or 2 or more")
        if self.real and self.tier == "embedded":
            raise ValueError(
                'the embedded tier has integers alone: write tier = "natural", or leave / and sqrt '
                "out of operators"
            )
        if self.real and self.arithmetic:
            raise ValueError(
                "there are no quotients and roots modulo a number: write modulus = 0, or leave / "
                "and sqrt out of operators"
            )
        if self.largest_tree > MOST_QUANTITIES:
            raise ValueError(
                f"{self._deepest} levels of {self.children} children have up to "
                f"{self.largest_tree} quantities, {MOST_QUANTITIES} at most are possible; lower "
                "depth or children"
            )
        if self._smallest_tree > self.names:
            raise ValueError(
                f"{self._deepest} levels have at least {self._smallest_tree} quantities, and the "
                f"{self.tier} tier has names for {self.names}; lower depth or children, or add "
                "square to operators"
            )
        return self

    @property
    def operations(self) -> tuple[Operator, ...]:
        """The operators in force."""
        integers = self.tier == "embedded" or self.modulus
        return self.operators or (INTEGER if integers else ALL)

    @property
    def arithmetic(self) -> int | None:
        """The modulus in force, None for none."""
        if self.modulus is None:
            return _EMBEDDED_MODULUS if self.tier == "embedded" else None
        return self.modulus or None

    @property
    def real(self) -> bool:
        """True if values can be other than integers."""
        return not {"/", "sqrt"}.isdisjoint(self.operations)

    @property
    def largest_leaf(self) -> int:
        """Leaves are uniform from 1 to this."""
        modulus = self.arithmetic
        return _LARGEST_LEAF if modulus is None else min(_LARGEST_LEAF, modulus - 1)

    @property
    def names(self) -> int:
        """How many names the tier has to give."""
        return NAMES[self.tier]

    @property
    def largest_tree(self) -> int:
        """Quantities of the largest problem of any split."""
        return int(sum(self.children**level for level in range(self._deepest)))

    def depth_of(self, split: Split) -> tuple[int, int]:
        """Fewest and most levels of the problems of a split."""
        special = {
            "pretrain": self.depth_pretrain,
            "val": self.depth_val,
            "test-id": self.depth_test,
            "test-ood": self.depth_ood,
        }
        return special.get(split) or self.depth

    @property
    def _deepest(self) -> int:
        ranges = (self.depth, self.depth_ood, self.depth_pretrain, self.depth_val, self.depth_test)
        return max(most for _, most in filter(None, ranges))

    @property
    def _smallest_tree(self) -> int:
        unary = not set(UNARY).isdisjoint(self.operations)
        return self._deepest if unary else self.largest_tree
