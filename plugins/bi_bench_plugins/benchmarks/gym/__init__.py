"""Procedural datasets of the package reasoning-gym, graded by their own verifiers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bi_bench.api import SPLITS, Benchmark, Grade, Problem, Split, UserError
from bi_bench_plugins.benchmarks.gym.answers import given_answer
from bi_bench_plugins.benchmarks.gym.draw import Drawn, draw
from bi_bench_plugins.benchmarks.gym.library import score
from bi_bench_plugins.benchmarks.gym.parameters import GymParameters

__all__ = ["GymParameters", "ReasoningGym"]

PROMPT_END = "\n<think>\n"


class ReasoningGym(Benchmark[GymParameters]):
    """Any procedural dataset of reasoning-gym by name (Open-Thought, arXiv 2505.24760).

    A demonstration is the bare answer: the datasets come without reasoning. Right is what the
    dataset's own verifier gives the full score; a partial score is wrong.
    """

    name = "reasoning-gym"
    paper = "arXiv:2505.24760"
    version = 2
    provides = frozenset({"solution"})
    procedural = True

    def __init__(self, params: GymParameters | None = None) -> None:
        super().__init__(params)
        self._drawn: dict[Split, Drawn] = {}
        if not self.params.config_ood:
            self.splits = tuple(s for s in SPLITS if s != "test-ood")  # type: ignore[misc]

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` problems, or as many different ones as can be found; a hash assigns them to splits."""
        config = dict(self.params.config)
        if split == "test-ood":
            if not self.params.config_ood:
                raise UserError(
                    'reasoning-gym: there is no "test-ood" without config_ood, the settings of '
                    "harder problems"
                )
            config |= self.params.config_ood
        drawn = draw(self.params.dataset, config, split, n, rng)
        self._drawn[split] = drawn
        for index, entry in enumerate(drawn.entries):
            answer = entry["answer"]
            if answer is None:
                raise UserError(
                    f"reasoning-gym: {self.params.dataset} has no reference answers to "
                    "demonstrate; take another dataset"
                )
            yield Problem(
                id=f"{self.params.dataset}/{split}/{index:06d}",
                question=entry["question"],
                answer=answer,
                solution=closing(answer),
                metadata={"metadata": entry["metadata"]},
            )

    def tally(self, split: Split) -> Mapping[str, Any]:
        """How many draws were left out: repeated questions, and entries that could not be made."""
        drawn = self._drawn.get(split)
        return {} if drawn is None else {"left_out": dict(drawn.left_out)}

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The question, and what opens the reasoning; UserError for another order of premises."""
        if premise_order is not None:
            raise UserError("reasoning-gym: the sentences of a question have one order only")
        return problem.question + PROMPT_END

    def grade(self, problem: Problem, completion: str) -> Grade:
        """Right if the dataset's verifier gives the final answer of the text the full score."""
        answer, contradictory = given_answer(completion)
        if answer is None:
            return Grade(correct=False, parsed=False, contradictory=contradictory)
        entry = {
            "question": problem.question,
            "answer": problem.answer,
            "metadata": problem.metadata["metadata"],
        }
        right = score(self.params.dataset, self.params.config, answer, entry) >= 1
        return Grade(right, True, answer)


def closing(answer: str) -> str:
    """The end of the thinking and the answer between tags: it may have braces and several lines."""
    return f"</think>\n<answer>{answer}</answer>"
