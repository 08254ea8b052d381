"""The stored answers behind a score, down to single steps of one: for readers of single rollouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import Benchmark, Problem, UserError, verify

# Evaluations hold the first, probes the second, in the same columns.
_FILES = ("samples.parquet", "rollouts.parquet")


class Sample(NamedTuple):
    """One graded answer; ``sample`` counts the answers to a problem at one temperature, 0 is greedy.

    ``derivation`` is None where the benchmark cannot tell whether the steps are right; the last two
    fields are those of the grade.
    """

    problem: str
    sample: int
    temperature: float
    completion: str
    tokens: int
    truncated: bool
    parsed: bool
    answer: str | None
    correct: bool
    derivation: bool | None
    contradictory: bool = False
    unrecognised: bool = False

    @property
    def greedy(self) -> bool:
        """Whether this is the one greedy answer to its problem."""
        return self.temperature == 0.0


class Marked(NamedTuple):
    """What the characters ``start`` to ``end`` of an answer do; ``fault`` is empty where it is right."""

    start: int
    end: int
    kind: str
    quantity: str
    fault: str


def has_samples(folder: Path) -> bool:
    """Whether the answers lie in the folder of a stage: published records leave them out."""
    return any((folder / file).is_file() for file in _FILES)


def read_samples(folder: Path) -> list[Sample]:
    """All answers of an evaluation or a probe, greedy ones first, in the order of the problems.

    UserError where they are gone or damaged.
    """
    from bi_bench.store.tables import read_rows

    file = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    if file is None:
        raise UserError(f"{folder} holds no answers; name a store in which the run was made")
    try:
        rows = [{**Sample._field_defaults, **row} for row in read_rows(file)]  # older ones lack two
        return [Sample(**{name: row[name] for name in Sample._fields}) for row in rows]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{file}: {error}; delete {file.parent} and run the suite again") from None


def from_answers(folder: Path) -> dict[str, Any]:
    """What outcomes lack, by problem: whether the greedy answer was parsed, maj@k of the sampled ones.

    Empty where the answers are not there, as in a published record.
    """
    if not has_samples(folder):
        return {}
    from bi_bench.stats import majority_score

    parsed: list[bool] = []
    votes: dict[str, tuple[list[str | None], list[bool]]] = {}
    for sample in read_samples(folder):
        if sample.greedy:
            parsed.append(sample.parsed)
        else:
            answers, verdicts = votes.setdefault(sample.problem, ([], []))
            answers.append(sample.answer if sample.parsed else None)
            verdicts.append(sample.correct)
    return {"parsed": parsed, "majority": [majority_score(*vote) for vote in votes.values()]}


def marked_steps(benchmark: Benchmark, problem: Problem, completion: str) -> list[Marked]:
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
    marks: list[Marked] = []
    for verdict in sorted(verdicts, key=lambda verdict: verdict.step.start):
        step = verdict.step
        if step.end > step.start and (not marks or step.start >= marks[-1].end):
            marks.append(Marked(step.start, step.end, step.kind, step.quantity, verdict.problem))
    return marks
