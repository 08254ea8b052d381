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

    batch_size: Annotated[int, Field(ge=1, description="solutions in one forward pass")] = 32


class SolutionLoss(Analysis[SolutionLossParameters]):
    """Loss of the plain solutions of the probe's problems, held out from training.

    The same solutions for all arms, so an arm that was shown other demonstrations starts higher.
    """

    name = "solution-loss"
    needs = ("sft", "rft", "problems/probe")
    uses_models = True
    figures = (
        Lines(
            {"loss": "loss (nats a token)"},
            x="checkpoint",
            axis="checkpoint: after SFT, through RFT, after RFT",
            caption="Loss of the plain solutions of the probe's problems.",
        ),
    )

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """Without solutions."""
        if benchmark.provides.isdisjoint({"graph", "solution"}):
            return "the benchmark has no solutions"
        return ""

    def work(self, defaults: Mapping[str, Any]) -> tuple[float, float]:
        """A forward pass over each solution is about a third of learning from it."""
        return 0.0, defaults["data"]["probe"] / 3

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row a checkpoint: ``loss`` in nats a token, ``nats`` and ``tokens`` a solution.

        The end of sequence is a token like any other.
        """
        from bi_bench.training.context_length import context_length, too_long
        from bi_bench.training.generation.prompting import Prompting
        from bi_bench.training.influence.logprobs import completion_losses
        from bi_bench.training.tokenization import encode_completions, encode_prompts

        problems = context.problems("probe")
        asked = [context.benchmark.ask(problem) for problem in problems]
        solutions = [_solution(context.benchmark, problem, context.seed) for problem in problems]
        rows = []
        for name, folder in checkpoints(context):
            checkpoint = load(context, folder)
            tokenizer = checkpoint.tokenizer
            read = Prompting.from_settings(context.settings).render(tokenizer, asked)
            prompts = encode_prompts(tokenizer, read)
            rest = encode_completions(tokenizer, solutions)
            lengths = [len(p) + len(r) for p, r in zip(prompts, rest, strict=True)]
            positions = context_length(checkpoint.model)
            ids = [problem.id for problem in problems]
            if positions and (long := too_long(ids, lengths, positions, "solutions")):
                raise UserError(
                    f"solution-loss: {long} do not fit the model's context of {positions}"
                )
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
