"""What the tests of the DyVal benchmark share: problems of every arithmetic."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bi_bench.api import Problem, Split
from bi_bench_plugins.benchmarks.dyval import DyValArithmetic, DyValParameters

Draw = Callable[..., list[Problem]]
ARITHMETICS: dict[str, dict[str, object]] = {
    "real": {},
    "trees": {"extra_links": 0},
    "many-links": {"extra_links": 3, "children": 3, "depth_ood": (4, 4)},
    "integers": {"operators": ("+", "-", "*", "square")},
    "modular": {"modulus": 23},
    "embedded": {"tier": "embedded"},
    "embedded-integers": {"tier": "embedded", "modulus": 0, "bound": 1000},
}


@pytest.fixture(params=ARITHMETICS)
def dyval(request: pytest.FixtureRequest) -> DyValArithmetic:
    return DyValArithmetic(DyValParameters.model_validate(ARITHMETICS[request.param]))


@pytest.fixture
def draw() -> Draw:
    def draw(dyval: DyValArithmetic, n: int, split: Split = "sft", seed: int = 0) -> list[Problem]:
        return list(dyval.problems(split, n, random.Random(seed)))

    return draw
