"""The loss of held-out plain solutions under the SFT model and through RFT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from bi_bench.api import (
    Analysis,
    AnalysisContext,
    Benchmark,
    Lines,
    Parameters,
    Problem,
    UserError,
    derive_seed,
    stream,
)
from bi_bench_plugins.analyses.checkpoints import checkpoints, load


class SolutionLossParameters(Parameters):
    """How many solutions run at a time."""

    batch_size: Annotated[int, Field(ge=1)] = 32


class SolutionLoss(Analysis):
    """Loss of the plain solutions of the probe's problems, held out from training.

    The same solutions for all arms, so an arm that was shown other demonstrations starts higher.
    """

    name = "solution-loss"
    needs = ("sft", "rft", "problems/probe")
    uses_models = True
    Params = SolutionLossParameters
    figures = (
        Lines(
            {"loss": "loss (nats a token)"},
            x="checkpoint",
            axis="checkpoint: after SFT, through RFT, after RFT",
            caption="Loss of the plain solutions of the probe's problems.",
        ),
    )

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row a checkpoint: ``loss`` in nats a token, ``nats`` and ``tokens`` a solution.

        The end of sequence is a token like any other.
        """
        from bi_bench.training.logprobs import completion_losses
        from bi_bench.training.text import encode_completions, encode_prompts

        problems = context.problems("probe")
        asked = [context.benchmark.ask(problem) for problem in problems]
        solutions = [_solution(context.benchmark, problem, context.seed) for problem in problems]
        rows = []
        for name, folder in checkpoints(context):
            checkpoint = load(context, folder)
            prompts = encode_prompts(checkpoint.tokenizer, asked)
            rest = encode_completions(checkpoint.tokenizer, solutions)
            losses = completion_losses(checkpoint.model, prompts, rest, self.params.batch_size)
            tokens = sum(map(len, rest))
            rows.append(
                {
                    "checkpoint": name,
                    "solutions": len(rest),
                    "tokens": tokens / len(rest),
                    "loss": sum(losses) / tokens,
                    "nats": sum(losses) / len(losses),
                    "losses": losses,
                }
            )
        return rows


def _solution(benchmark: Benchmark, problem: Problem, seed: int) -> str:
    plan = benchmark.plan(problem, stream(seed, "plan", problem.id))
    if plan is not None:
        return benchmark.speak(problem, plan, str(derive_seed(seed, "wording", problem.id))).text
    if problem.solution is None:
        raise UserError(f"solution-loss: problem {problem.id} has neither a plan nor a solution")
    return problem.solution
