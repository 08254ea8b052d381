"""Finds the steps that an answer states, and checks each."""

from __future__ import annotations

from typing import NamedTuple

from bi_bench.api import Benchmark, Problem, verify


class MarkedStep(NamedTuple):
    """A step, the characters ``start`` to ``end`` of an answer; ``fault`` is empty where it is right."""

    start: int
    end: int
    kind: str
    quantity: str
    fault: str


def marked_steps(benchmark: Benchmark, problem: Problem, completion: str) -> list[MarkedStep]:
    """The steps that an answer states, each checked, in the order of the text and not overlapping.

    Empty without a graph, and where the benchmark's parser fails on the answer: what a model wrote
    must never keep a reader from seeing it.
    """
    if problem.graph is None:
        return []
    try:
        verdicts = verify(problem.graph, benchmark.steps(problem, completion))
    except Exception:  # plugin code over a model's text
        return []
    marks: list[MarkedStep] = []
    for verdict in sorted(verdicts, key=lambda verdict: verdict.step.start):
        step = verdict.step
        if step.end > step.start and (not marks or step.start >= marks[-1].end):
            marks.append(
                MarkedStep(step.start, step.end, step.kind, step.quantity, verdict.problem)
            )
    return marks
