"""Test problems that equal a training problem up to names and order, where problems have graphs.

Words miss such a leak: every name in the question may have changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from bi_bench.api import ReasoningGraph


class Forms(NamedTuple):
    """The canonical forms of some questions: with their constants, and of their structure alone."""

    questions: set[str]
    structures: set[str]


def compare_graphs(test: Path, training: Iterable[Path]) -> dict[str, Any]:
    """Shares of the test problems with a graph whose canonical form a training problem has, too.

    ``problems`` counts them; ``equal`` is with constants, ``structure`` without. Files are those of
    ``write_problems``.
    """
    asked = list(_graphs(test))
    if not asked:
        return {"problems": 0}
    known = Forms(set(), set())
    for file in training:
        for graph in _graphs(file):
            known.questions.add(graph.question_hash())
            known.structures.add(graph.structure_hash())
    return {
        "problems": len(asked),
        "equal": sum(graph.question_hash() in known.questions for graph in asked) / len(asked),
        "structure": sum(graph.structure_hash() in known.structures for graph in asked)
        / len(asked),
    }


def _graphs(file: Path) -> Iterator[ReasoningGraph]:
    for batch in pq.ParquetFile(file).iter_batches(1024, columns=["problem"]):
        for text in batch.column("problem").to_pylist():
            if (graph := json.loads(text)["graph"]) is not None:
                yield ReasoningGraph.from_json(graph)
