from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from bi_bench.api import History, Problem, UserError
from bi_bench_plugins.algorithms.easy_to_hard import EasyToHard, EasyToHardParameters

PROBLEMS = [Problem(f"p/{n}", "?", "1", metadata={"ops": 20 - n}) for n in range(20)]


def chosen(step: int, problems: Sequence[Problem] = PROBLEMS, **params: str) -> Sequence[int]:
    algorithm = EasyToHard(EasyToHardParameters(**params))  # type: ignore[arg-type]
    return algorithm.choose(History(problems, step, 10, {}), 4, random.Random(step))


def test_the_first_step_asks_the_easiest_problems() -> None:
    assert sorted(chosen(0)) == [16, 17, 18, 19]


def test_harder_problems_join_until_all_take_part() -> None:
    assert all(min(chosen(step)) >= 16 - math.ceil(3.2 * step) for step in range(5))
    later = {index for step in range(5, 60) for index in chosen(step)}
    assert later == set(range(20))
    assert all(len(set(chosen(step))) == 4 for step in range(10))


def test_a_number_that_the_problems_lack_is_named_with_what_they_have() -> None:
    with pytest.raises(
        UserError, match="has no number 'depth'; set the parameter \"by\" to one of ops"
    ):
        chosen(0, by="depth")
