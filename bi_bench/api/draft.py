"""The demonstrations that a strategy asks for, before the benchmark words them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from bi_bench.api.plan import Plan


@dataclass(frozen=True, slots=True)
class Weight:
    """The weight of the SFT loss on the characters ``start`` to ``end`` of a completion.

    A token has the weight of its last character. The token that ends the text counts as one more
    character: the span 0 to ``len(text) + 1`` is the whole completion.
    """

    start: int
    end: int
    weight: float

    def __post_init__(self) -> None:
        if type(self.start) is not int or type(self.end) is not int:
            raise TypeError(f"start and end of a Weight must be integers, not {self}")
        if not 0 <= self.start < self.end:
            raise ValueError(f"a Weight needs 0 <= start < end, not {self}")
        if not isinstance(self.weight, int | float) or isinstance(self.weight, bool):
            raise TypeError(f"the weight of a Weight must be a number, not {self.weight!r:.60}")
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"a weight must be finite and not negative, not {self.weight!r}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One demonstration to make of a problem; fields that are None stay as the benchmark has them.

    ``plan``: the steps to speak. ``premise_order``: a permutation of the premises in the prompt.
    ``text``: the completion itself, for benchmarks without a graph. ``wording``: which choice of
    phrases the plan is worded in; 0 is the one that all strategies share. ``prompt``: a prompt for
    training alone; models are graded on the benchmark's own.

    ``weights``: of the SFT loss, 1 where none is given, for spans that do not overlap. The loss of an
    update is the sum of weight times loss over its tokens, divided by the number of tokens with a
    weight above 0. So 0 is the same as leaving a token out of the loss, and twice the weights are
    twice the gradient.
    """

    plan: Plan | None = None
    premise_order: tuple[int, ...] | None = None
    text: str | None = None
    wording: int = 0
    prompt: str | None = None
    weights: tuple[Weight, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.plan, Plan | None):
            raise TypeError(f"plan of a Draft must be a Plan, not {self.plan!r:.60}")
        for name in ("text", "prompt"):
            if not isinstance(value := getattr(self, name), str | None):
                raise TypeError(f"{name} of a Draft must be a string, not {value!r:.60}")
        if self.plan is not None and self.text is not None:
            raise ValueError("a Draft has a plan or a text, not both")
        if self.prompt is not None and self.premise_order is not None:
            raise ValueError("a Draft has a prompt or a premise_order, not both")
        if self.prompt is not None and not self.prompt.strip():
            raise ValueError("prompt of a Draft is empty; leave it out for the benchmark's own")
        if not isinstance(self.weights, tuple) or not all(
            isinstance(weight, Weight) for weight in self.weights
        ):
            raise TypeError(
                f"weights of a Draft must be a tuple of Weight, not {self.weights!r:.60}"
            )
        spans = sorted(self.weights, key=lambda weight: weight.start)
        for one, other in itertools.pairwise(spans):
            if other.start < one.end:
                raise ValueError(f"weights of a Draft overlap: {one} and {other}")


@dataclass(frozen=True, slots=True)
class Example:
    """A finished demonstration that belongs to no problem; the ``id`` is unique among them."""

    id: str
    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The reason why a strategy cannot serve a problem.

    If it declines every problem the cell is shown as skipped with the reason; otherwise the
    declined ones are counted in the notes under the table.
    """

    reason: str
