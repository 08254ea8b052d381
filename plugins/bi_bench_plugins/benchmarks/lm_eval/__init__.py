"""Any task of lm-eval as a benchmark for evaluation alone."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from bi_bench.api import Answered, Benchmark, Grade, Problem, Split, Subject, UserError
from bi_bench_plugins.benchmarks.lm_eval.parameters import CatalogueParameters

__all__ = ["CatalogueParameters", "LMEval"]


class LMEval(Benchmark[CatalogueParameters]):
    """Any task of lm-eval by its name, for evaluation alone; lm-eval asks, decodes and grades.

    Prompts, few-shot examples, decoding and metric are the task's own (EleutherAI's
    lm-evaluation-harness); a task is one split, ``test-id``.
    """

    name = "lm-eval"
    version = 1
    provides = frozenset()
    splits = ("test-id",)

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` documents of the task in its order, or all; UserError for any other split."""
        from bi_bench_plugins.benchmarks.lm_eval.tasks import load_task, problem_of

        if split not in self.splits:
            raise UserError(
                f"lm-eval is for evaluation alone: a task has test-id and no {split}; train on "
                "another benchmark and name lm-eval in defaults.evaluate.benchmarks"
            )
        task = load_task(self.params).task
        documents = list(task.eval_docs)
        chosen = sorted(rng.sample(range(len(documents)), min(n, len(documents))))
        return [problem_of(task, index, documents[index]) for index in chosen]

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The question of the task, without few-shot examples."""
        return problem.question

    def grade(self, problem: Problem, completion: str) -> Grade:
        """UserError: lm-eval grades what it has asked."""
        raise UserError("lm-eval asks and grades by itself; its tasks need no export")

    def evaluate(self, problems: Sequence[Problem], subject: Subject) -> list[Answered] | None:
        """One answer a problem, through lm-eval; UserError if the metric is not 0 or 1."""
        from bi_bench_plugins.benchmarks.lm_eval.judge import answers

        return answers(self.params, problems, subject)
