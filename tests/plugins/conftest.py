"""What the tests of benchmarks with graphs share: edited plans."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    Plan,
    Problem,
    ReasoningGraph,
    Solution,
    Strategy,
)
from bi_bench.stages.demonstrate import demonstrations
from bi_bench.testing import injection

Edit = Callable[[ReasoningGraph, Plan, random.Random], Plan]


def made(
    benchmark: Benchmark, strategy: Strategy, problem: Problem, seed: int
) -> list[tuple[Draft, Solution]]:
    """The demonstrations of a strategy that does not decline."""
    result = demonstrations(benchmark, strategy, problem, seed)
    assert not isinstance(result, Decline)
    return result


@pytest.fixture
def inject() -> Edit:
    """Adds steps of every kind at random places; a true plan stays true."""
    return injection.inject
