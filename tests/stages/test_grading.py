from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bi_bench.api import Problem, UserError
from bi_bench.stages.grading import graded


@pytest.mark.parametrize("verdict", [None, True, "A" * 10_000])
def test_a_grade_that_is_none_names_the_benchmark_and_the_problem(
    verdict: bool | str | None,
) -> None:
    benchmark: Any = SimpleNamespace(name="mine", grade=lambda problem, completion: verdict)
    with pytest.raises(UserError, match=r"mine .* problem p/1: .* not a Grade") as caught:
        graded(benchmark, Problem("p/1", "?", "1"), "text")
    assert len(str(caught.value)) < 300
