"""Paraphrased prompts: the same question in other words around it, for training alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, model_validator

from bi_bench.api import Decline, Draft, DraftContext, Parameters, Plan, Problem, Strategy

QUESTION = "{question}"
TEMPLATES = (
    "Here is a problem.\n\n{question}",
    "Solve the following problem.\n\n{question}",
    "Please answer the question below.\n\n{question}",
    "I have a question for you. {question}",
    "Question: {question}",
    "{question}\n\nWork it out step by step.",
    "{question}\n\nFind the answer.",
    "{question}\n\nRead the question again: {question}",
)


class ParaphrasedPromptsParameters(Parameters):
    """The paraphrases, and how many demonstrations of each problem."""

    templates: Annotated[
        tuple[str, ...],
        Field(description="paraphrases, each with {question}; empty: eight in English"),
    ] = ()
    copies: Annotated[
        int, Field(ge=1, description="demonstrations a problem, each with another template")
    ] = 4

    @model_validator(mode="after")
    def _checked(self) -> Self:
        for template in self.templates:
            if QUESTION not in template:
                raise ValueError(f"the template {template!r:.60} has no {QUESTION}")
        if self.copies > len(self.distinct):
            raise ValueError(
                f"copies = {self.copies}, but there are only {len(self.distinct)} templates"
            )
        return self

    @property
    def distinct(self) -> list[str]:
        """The templates to draw from, each once."""
        return sorted(set(self.templates or TEMPLATES))


class ParaphrasedPrompts(Strategy[ParaphrasedPromptsParameters]):
    """The plain solution to the question in other words; graded prompts are not paraphrased.

    Models are sensitive to the wording of an instruction (arXiv 2401.00595). Templates are drawn
    for each problem, none twice, and replace the question inside the prompt, so that what opens the
    reasoning stays. The last of those in English lets the model read the question twice (RE2, arXiv
    2309.06275). Declines where the prompt does not have the question word for word.
    """

    name = "paraphrased-prompts"
    needs = frozenset()

    @property
    def per_problem(self) -> float:
        """As many as are asked for."""
        return float(self.params.copies)

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The plain demonstration, after one prompt for each template drawn."""
        before, found, after = context.ask(problem).partition(problem.question)
        if not found:
            return Decline("the prompt does not contain the question word for word")
        templates = context.rng.sample(self.params.distinct, self.params.copies)
        return [
            Draft(plan=plan, prompt=before + each.replace(QUESTION, problem.question) + after)
            for each in templates
        ]
