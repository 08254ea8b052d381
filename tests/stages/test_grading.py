from __future__ import annotations

from types import SimpleNamespace

import pytest

from bi_bench.api import UserError
from bi_bench.stages.grading import graded


@pytest.mark.parametrize("verdict", [None, True, "A" * 10_000])
def test_a_grade_that_is_none_names_the_benchmark_and_the_problem(verdict):
    benchmark = SimpleNamespace(name="mine", grade=lambda problem, completion: verdict)
    with pytest.raises(UserError, match=r"mine .* problem p/1: .* not a Grade") as caught:
        graded(benchmark, SimpleNamespace(id="p/1"), "text")
    assert len(str(caught.value)) < 300
