"""Splits of iGSM: no question in two of them, and all in-distribution ones equally hard."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from scipy.stats import chi2_contingency

from bi_bench.api import Problem, Split
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.benchmarks.shared.splits import IN_DISTRIBUTION
from tests.conftest import present

ID: tuple[Split, ...] = tuple(sorted(IN_DISTRIBUTION))
N = 1000
MATH = {"tier": "embedded", "ops": (4, 6), "ops_ood": (7, 9), "redundant": 0}  # suites/math.toml


def operands(problem: Problem) -> int:
    assert problem.graph is not None
    return sum(quantity.operands for quantity in problem.graph.quantities)


FEATURES: dict[str, Callable[[Problem], int]] = {
    "operations": lambda problem: problem.metadata["ops"],
    "quantities": lambda problem: len(present(problem.graph).quantities),
    "redundant premises": lambda problem: sum(q.premise for q in present(problem.graph).redundant),
    "operands of all equations": operands,
}


@pytest.fixture(scope="module", params=["math", "natural"])
def drawn(request: pytest.FixtureRequest) -> dict[Split, list[Problem]]:
    igsm = IGSM(IGSMParameters.model_validate(MATH if request.param == "math" else {}))
    return {split: list(igsm.problems(split, N, random.Random(split))) for split in ID}


@pytest.mark.parametrize("feature", FEATURES)
def test_splits_have_one_distribution(drawn: dict[Split, list[Problem]], feature: str) -> None:
    counts = {split: Counter(map(FEATURES[feature], drawn[split])) for split in ID}
    values = sorted(set().union(*counts.values()))
    table = list(pooled([[counts[split][value] for split in ID] for value in values]))
    if len(table) > 1:
        assert chi2_contingency(table).pvalue > 0.001, (feature, table)
    else:
        assert feature == "redundant premises"  # the suite has none


def pooled(rows: Iterable[list[int]]) -> Iterable[list[int]]:
    """Neighbouring rows together until each holds enough for the approximation."""
    waiting = [0] * len(ID)
    for row in rows:
        waiting = [a + b for a, b in zip(waiting, row, strict=True)]
        if sum(waiting) >= 10 * len(ID):
            yield waiting
            waiting = [0] * len(ID)


def test_no_two_splits_share_a_question_or_its_structure(drawn: dict[Split, list[Problem]]) -> None:
    for form in ("question_hash", "structure_hash"):
        owners: dict[str, Split] = {}
        for split, problems in drawn.items():
            for problem in problems:
                assert owners.setdefault(getattr(problem.graph, form)(), split) == split
