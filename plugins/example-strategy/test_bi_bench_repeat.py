"""Tests the strategy without a model."""
# ruff: noqa: D103

from __future__ import annotations

import random
from typing import Any

import pytest
from bi_bench_repeat import Repeat, RepeatParameters

from bi_bench.api import (
    Benchmark,
    Decline,
    DraftContext,
    Plan,
    Problem,
    Quantity,
    ReasoningGraph,
    Step,
    Strategy,
    verify,
)
from bi_bench.plugins import discover

GRAPH = ReasoningGraph((Quantity("a", 2, 2), Quantity("b", ("+", "a", 1), 3)), target="b")
PROBLEM = Problem("one", "a is 2, b is a + 1; b?", "3", graph=GRAPH)
PLAIN = Plan((Step("read", "a"), Step("compute", "b")))


def kinds(share: float, seed: int = 0) -> list[tuple[str, bool]]:
    context = DraftContext(random.Random(seed))
    drafts = Repeat(RepeatParameters(share=share)).drafts(PROBLEM, PLAIN, context)
    assert not isinstance(drafts, Decline)
    (draft,) = drafts
    assert draft.plan is not None
    assert draft.plan.plain() == PLAIN
    return [(step.kind, step.injected) for step in draft.plan.steps]


def test_every_step_no_step_or_a_share_of_them_is_said_twice() -> None:
    assert kinds(0.0) == [("read", False), ("compute", False)]
    assert kinds(1.0) == [("read", False), ("read", True), ("compute", False), ("compute", True)]
    lengths = [len(kinds(0.5, seed)) for seed in range(200)]
    assert sum(lengths) / len(lengths) == pytest.approx(3, abs=0.2)


def test_without_a_plan_it_declines() -> None:
    assert isinstance(Repeat().drafts(PROBLEM, None, DraftContext(random.Random(0))), Decline)


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_all_that_is_said_is_right(tier: str) -> None:
    cls: Any = discover().get(Benchmark, "igsm").cls
    benchmark = cls(cls.Params(tier=tier, ops=(3, 5)))
    strategy = Repeat(RepeatParameters(share=1.0))
    for problem in benchmark.problems("sft", 5, random.Random(0)):
        plan = benchmark.plan(problem, random.Random(0))
        drafts = strategy.drafts(problem, plan, DraftContext(random.Random(0)))
        assert not isinstance(drafts, Decline)
        text = benchmark.speak(problem, drafts[0].plan, "wording").text
        verdicts = verify(problem.graph, benchmark.steps(problem, text))
        assert len(verdicts) == 2 * len(plan.steps)
        assert all(verdict.right for verdict in verdicts)
        assert benchmark.grade(problem, text).derivation


def test_bi_bench_finds_the_installed_package() -> None:
    assert str(discover().get(Strategy, "repeat").origin) == "bi-bench-repeat 0.1.0"
