"""The single graded answers of an evaluation or a probe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import UserError
from bi_bench.artifacts.artifact import damaged

EVALUATED, PROBED = "samples.parquet", "rollouts.parquet"  # in the same columns
_FILES = (EVALUATED, PROBED)
_PROVIDED = ("score", "semantic")  # by all answers to a benchmark, or by none


class Sample(NamedTuple):
    """One graded answer; ``sample`` counts the answers to a problem at one temperature, 0 is greedy.

    ``tokens`` is its length. ``derivation`` is None where the benchmark cannot judge whether the steps
    are right. ``score`` is partial credit, 0 to 1, ``semantic`` whether the answer is right in the lenient
    reading; both are None, and not in the file, where the benchmark does not provide them.
    ``contradictory`` and ``unrecognised`` are missing in older files.
    """

    problem: str
    sample: int
    temperature: float
    completion: str
    tokens: int
    truncated: bool
    correct: bool
    parsed: bool
    answer: str | None
    derivation: bool | None
    contradictory: bool = False
    unrecognised: bool = False
    score: float | None = None
    semantic: bool | None = None

    @property
    def credit(self) -> float:
        """The credit that counts in scores: partial where there is any, else 1 or 0."""
        return float(self.correct) if self.score is None else self.score

    @property
    def greedy(self) -> bool:
        """True for the one greedy answer to its problem."""
        return self.temperature == 0.0


def has_samples(folder: Path) -> bool:
    """True where the folder of a stage has the answers: published records leave them out."""
    return any((folder / file).is_file() for file in _FILES)


def read_samples(folder: Path) -> list[Sample]:
    """All answers of an evaluation or a probe, greedy ones first, in the order of the problems.

    UserError where they are missing or damaged.
    """
    from bi_bench.artifacts.tables import read_rows

    file = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    if file is None:
        raise UserError(f"{folder} holds no answers; name a store in which the run was made")
    try:
        rows = [{**Sample._field_defaults, **row} for row in read_rows(file)]
        return [Sample(**{name: row[name] for name in Sample._fields}) for row in rows]
    except (OSError, ValueError, KeyError) as error:
        raise damaged(file, str(error)) from None


def write_samples(folder: Path, samples: Sequence[Sample], file: str = EVALUATED) -> None:
    """Write the answers of an evaluation, or of a probe (``PROBED``)."""
    from bi_bench.artifacts.tables import write_rows

    write_rows(folder / file, [as_row(sample) for sample in samples])


def as_row(sample: Sample) -> dict[str, Any]:
    """The fields by name, without the parts of a grade that its benchmark does not provide."""
    return {n: v for n, v in sample._asdict().items() if v is not None or n not in _PROVIDED}
