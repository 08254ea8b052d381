"""Splits of paths: no map in two of them, and all in-distribution ones equally hard."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from scipy.stats import kruskal

from bi_bench.api import Problem, Split
from bi_bench_plugins.benchmarks.paths import Paths
from bi_bench_plugins.benchmarks.shared.splits import IN_DISTRIBUTION
from tests.conftest import present
from tests.plugins.benchmarks.paths.conftest import edges, ends

ID: tuple[Split, ...] = tuple(sorted(IN_DISTRIBUTION))
N = 120

FEATURES: dict[str, Callable[[Problem], int]] = {
    "edges of the path": lambda problem: problem.metadata["ops"],
    "stated edges": lambda problem: sum(q.premise for q in present(problem.graph).quantities),
}


@pytest.fixture(scope="module")
def drawn(paths: Paths) -> dict[Split, list[Problem]]:
    return {split: list(paths.problems(split, N, random.Random(split))) for split in ID}


@pytest.mark.parametrize("feature", FEATURES)
def test_splits_have_one_distribution(drawn: dict[Split, list[Problem]], feature: str) -> None:
    values = [list(map(FEATURES[feature], drawn[split])) for split in ID]
    assert len(set(map(len, values))) == 1
    assert kruskal(*values).pvalue > 0.001


def test_no_two_splits_share_a_map(paths: Paths, drawn: dict[Split, list[Problem]]) -> None:
    harder = list(paths.problems("test-ood", N // 2, random.Random(0)))
    clusters: dict[str, str] = {}
    owners: dict[str, Split] = {}
    for split, problems in [*drawn.items(), ("test-ood", harder)]:
        for problem in problems:
            cluster = present(problem.cluster)
            assert clusters.setdefault(canonical(problem.question), cluster) == cluster
            assert owners.setdefault(cluster, split) == split


def canonical(question: str) -> str:
    """What a question states as nested brackets, the same whatever the names and the order."""
    stated, (start, goal) = edges(question), ends(question)

    def tree(name: str) -> str:
        inside = sorted(tree(after) for before, after in stated if before == name)
        return f"({'!' * (name == goal)}{''.join(inside)})"

    roots = {before for before, _ in stated} - {after for _, after in stated}
    return " ".join([tree(start), *sorted(map(tree, roots - {start}))])
