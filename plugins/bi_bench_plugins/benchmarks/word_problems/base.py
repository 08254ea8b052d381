"""The base class of GSM8K and MATH: rows to problems of disjoint splits, prompts, grading."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from bi_bench.api import Benchmark, Grade, Problem, Split, UserError
from bi_bench_plugins.benchmarks.word_problems.answers import same
from bi_bench_plugins.benchmarks.word_problems.extract import final_answer
from bi_bench_plugins.benchmarks.word_problems.files import (
    PARTS,
    Part,
    Row,
    Usable,
    file_of,
    read_file,
    read_hub,
    usable,
)
from bi_bench_plugins.benchmarks.word_problems.parameters import SourceParameters
from bi_bench_plugins.benchmarks.word_problems.splits import Division, Item, divide
from bi_bench_plugins.benchmarks.word_problems.voice import PROMPT_END

S = TypeVar("S", bound=SourceParameters, covariant=True)


class WordProblems(Benchmark[S]):
    """Problems in words from a folder or the hub, with reference solutions.

    The train part is divided among pretrain, sft, val, rl and probe by a hash of the question; the
    test part is test-id, and its harder problems are test-ood. What is harder is left out of train.
    """

    libraries = (
        "math-verify",
        "latex2sympy2_extended",
        "sympy",
        "antlr4-python3-runtime",
    )  # grading

    @property
    @abstractmethod
    def subsets(self) -> Sequence[str]:
        """The subsets of the hub dataset that are read."""

    @property
    @abstractmethod
    def harder_from(self) -> int:
        """The difficulty at which test-ood begins; 0: no test-ood."""

    @abstractmethod
    def item(self, row: Row, place: str) -> Item:
        """A checked row; raises BadRow for what cannot be used."""

    @abstractmethod
    def problem(self, item: Item) -> Problem:
        """The problem of an item."""

    @cached_property
    def _division(self) -> Division:
        train, test = (self._items(part) for part in PARTS)
        division = divide(train.made, test.made, self.harder_from)
        for part in (train, test):
            for reason, count in part.left_out.items():
                division.left_out[reason] = division.left_out.get(reason, 0) + count
        return division

    def _items(self, part: Part) -> Usable[Item]:
        params = self.params
        if params.path:
            file = file_of(Path(params.path), part)
            rows, where = read_file(file), str(file)
        elif params.id:
            rows = read_hub(params.id, params.revision, self.subsets, part)
            where = f"{params.id} {part}"
        else:
            raise UserError(f"{self.name}: the folder with the problems is not known; give path")
        return usable(
            rows, lambda row: self.item(row, f"{part}/{row.number:06d}"), where, params.bad_rows
        )

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` problems in random order, or as many as the split has; UserError if it has none."""
        found = list(islice(self._chosen(split, rng), n))
        if not found:
            raise UserError(
                f'{self.name}: the split "{split}" is empty ({self._explained(split)}); '
                "take other data or parameters"
            )
        return found

    def _chosen(self, split: Split, rng: random.Random) -> Iterator[Problem]:
        items = list(self._division.splits[split])
        rng.shuffle(items)
        return (self.problem(item) for item in items)

    def tally(self, split: Split) -> Mapping[str, Any]:
        """How many problems the split has, and which rows belong to no split."""
        division = self._division
        return {"available": len(division.splits[split]), "left_out": dict(division.left_out)}

    def _explained(self, split: Split) -> str:
        counts = {"problems": len(self._division.splits[split]), **self._division.left_out}
        return ", ".join(f"{reason}: {count}" for reason, count in counts.items())

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The question and what opens the reasoning; UserError for another order of premises."""
        if premise_order is not None:
            raise UserError(f"{self.name}: the sentences of a question have one order only")
        return problem.question + PROMPT_END

    def grade(self, problem: Problem, completion: str) -> Grade:
        """Right if the final answer equals the reference; the derivation cannot be judged."""
        answer, contradictory = final_answer(completion)
        if answer is None:
            return Grade(correct=False, parsed=False, contradictory=contradictory)
        return Grade(same(answer, problem.answer), True, answer)
