"""Test problems that equal a training problem up to names and order, where problems have graphs.

Words miss such a leak: every name in the question may have changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bi_bench.artifacts.overlap import GraphOverlap
from bi_bench.artifacts.problems import read_graphs


class Forms(NamedTuple):
    """The canonical forms of some questions: with their constants, and of their structure alone."""

    questions: set[str]
    structures: set[str]


def compare_graphs(test: Path, training: Iterable[Path]) -> GraphOverlap:
    """Shares of the test problems with a graph whose canonical form a training problem has, too.

    ``problems`` counts them; ``equal`` is with constants, ``structure`` without. Folders are those of
    stages that hold problems.
    """
    asked = list(read_graphs(test))
    if not asked:
        return GraphOverlap(problems=0)
    known = Forms(set(), set())
    for folder in training:
        for graph in read_graphs(folder):
            known.questions.add(graph.question_hash())
            known.structures.add(graph.structure_hash())
    equal = sum(graph.question_hash() in known.questions for graph in asked)
    structure = sum(graph.structure_hash() in known.structures for graph in asked)
    return GraphOverlap(
        problems=len(asked), equal=equal / len(asked), structure=structure / len(asked)
    )
