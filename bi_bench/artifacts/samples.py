"""The single graded answers of an evaluation or a probe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.artifacts.artifact import damaged

EVALUATED, PROBED = "samples.parquet", "rollouts.parquet"  # in the same columns
_FILES = (EVALUATED, PROBED)


class Sample(NamedTuple):
    """One graded answer; ``sample`` counts the answers to a problem at one temperature, 0 is greedy.

    ``tokens`` is its length. ``derivation`` is None where the benchmark cannot judge whether the steps
    are right. The last two fields are missing in older files.
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

    write_rows(folder / file, [sample._asdict() for sample in samples])
