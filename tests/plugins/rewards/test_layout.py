from __future__ import annotations

import time

import pytest

from bi_bench.api import Grade, Problem, Rollout
from bi_bench_plugins.rewards.layout import LayoutReward


def earned(text: str) -> float:
    rollout = Rollout(0, text, (1,), truncated=False)
    return LayoutReward().score(Problem("p", "?", "3"), rollout, Grade(False, False))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("so 3 </think> <answer> 3 </answer>", True),
        ("so 3\n</think>\n<answer>\\boxed{3}</answer>\n", True),
        ("so 3 <answer> 3 </answer>", False),
        ("</think> 3 <answer> 3 </answer>", False),
        ("</think> <answer> 3 </answer> and more", False),
        ("</think> </think> <answer> 3 </answer>", False),
        ("</think> <answer> 3 </answer> <answer> 3 </answer>", False),
        ("</think> <answer> 3", False),
    ],
)
def test_the_layout_is_reasoning_then_one_answer_and_nothing_more(text: str, right: bool) -> None:
    assert earned(text) == right


@pytest.mark.alone
def test_a_long_completion_is_laid_out_in_no_time() -> None:
    start = time.perf_counter()
    for text in ("</think>" * 20_000, "<" * 200_000, "a </think> " + " " * 200_000):
        assert earned(text) == 0
    assert time.perf_counter() - start < 2
