"""MATH (Hendrycks et al. 2021, arXiv 2103.03874): competition problems with solutions in LaTeX."""

from __future__ import annotations

import re

from pydantic import Field

from bi_bench.api import Problem
from bi_bench_plugins.benchmarks.word_problems.base import WordProblems
from bi_bench_plugins.benchmarks.word_problems.extract import last_answer
from bi_bench_plugins.benchmarks.word_problems.files import BadRow, KnownDefect, Row, text
from bi_bench_plugins.benchmarks.word_problems.parameters import ID, SourceParameters
from bi_bench_plugins.benchmarks.word_problems.splits import Item
from bi_bench_plugins.benchmarks.word_problems.voice import closing

SUBJECTS = (
    "algebra",
    "counting_and_probability",
    "geometry",
    "intermediate_algebra",
    "number_theory",
    "prealgebra",
    "precalculus",
)
_LEVEL = re.compile(r"(?:Level )?([1-5?])")
_EMPTY = re.compile(r"\\boxed\s*\{\s*\}")  # two solutions of the original train part
_TOKENS = 2048


class MATHParameters(SourceParameters):
    """Where the problems are, which subjects are read, and what counts as harder."""

    id: str = Field(default="", description=ID, examples=["EleutherAI/hendrycks_math"])
    subsets: tuple[str, ...] = Field(
        default=SUBJECTS, min_length=1, description="subsets of the hub dataset, one a subject"
    )
    ood_level: int = Field(
        default=5,
        ge=0,
        le=5,
        description="level from which a test problem is test-ood; 0: no test-ood",
    )


class MATH(WordProblems[MATHParameters]):
    r"""MATH from the hub or local files, graded by math-verify; solutions are text, without graphs.

    Columns: ``problem``, ``solution`` with the answer in ``\boxed{}``, ``level``, ``type``.
    """

    name = "math"
    paper = "arXiv:2103.03874"
    version = 2
    provides = frozenset({"solution"})

    @property
    def max_new_tokens(self) -> int:
        """Room for a long solution."""
        return _TOKENS

    @property
    def subsets(self) -> tuple[str, ...]:
        """The subjects that are read from the hub."""
        return self.params.subsets

    @property
    def harder_from(self) -> int:
        """The level at which test-ood begins."""
        return self.params.ood_level

    def item(self, row: Row, place: str) -> Item:
        """A row with a box in its solution and a level from 1 to 5, or ``?`` for unknown."""
        question, solution = text(row, "problem").strip(), text(row, "solution").strip()
        answer = last_answer(solution)
        if answer is None and _EMPTY.search(solution):
            raise KnownDefect("empty box")
        if answer is None:
            raise BadRow('the column "solution" has no \\boxed{} that can be read')
        if (level := row.columns.get("level")) is None:
            raise BadRow('the column "level" is missing')
        match = _LEVEL.fullmatch(str(level).strip())
        if match is None:
            raise BadRow(f'the level "{level}" is none of "Level 1" to "Level 5"')
        difficulty = None if match[1] == "?" else int(match[1])
        return Item(place, question, answer, solution, difficulty, text(row, "type").strip())

    def problem(self, item: Item) -> Problem:
        """The text of the solution, then the answer once more where it is looked for."""
        return Problem(
            id=f"math/{item.place}",
            question=item.question,
            answer=item.answer,
            solution=f"{item.solution}\n{closing(item.answer)}",
            metadata={"ops": item.difficulty, "type": item.kind},
        )
