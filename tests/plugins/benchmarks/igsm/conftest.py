"""What the tests of the iGSM benchmark share: small problems of both tiers."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bi_bench.api import Problem, Split
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters

Draw = Callable[..., list[Problem]]


@pytest.fixture(params=["natural", "embedded", "embedded-integers"])
def igsm(request: pytest.FixtureRequest) -> IGSM:
    tier, _, integers = request.param.partition("-")
    modulus = 0 if integers else None
    return IGSM(IGSMParameters(tier=tier, ops=(4, 10), ops_ood=(11, 14), modulus=modulus))


@pytest.fixture
def draw() -> Draw:
    def draw(igsm: IGSM, n: int, split: Split = "sft", seed: int = 0) -> list[Problem]:
        return list(igsm.problems(split, n, random.Random(seed)))

    return draw
