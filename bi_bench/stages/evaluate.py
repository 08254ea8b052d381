"""The stage "evaluate": greedy and sampled answers of a checkpoint to one split."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Benchmark, Problem, Subject, UserError
from bi_bench.api.boundary import calling
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.outcomes import EvaluationIdentity, Outcomes, of_grades
from bi_bench.artifacts.problems import ProblemsSummary, read_problems
from bi_bench.artifacts.role import Parent
from bi_bench.artifacts.samples import Sample, write_samples
from bi_bench.stages.answers import (
    answer,
    generated,
    gpu_costs,
    graded_sample,
    prepare_asking,
)
from bi_bench.stages.base import weights
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import checked
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.generation.settings import GenerationSettings
from bi_bench.training.identity import parse
from bi_bench.training.seeding import seed_everything


def run(context: StageContext) -> Costs:
    """Write ``samples.parquet`` (every answer) and ``outcomes.json`` (what statistics need).

    ``outcomes.json`` carries the evaluation identity: contrasts between evaluations that differ
    in it are refused.
    """
    settings = parse(GenerationSettings, context.identity["settings"])
    numerics = Numerics.from_identity(context.identity["numerics"])
    problems = read_problems(context.inputs[Parent.PROBLEMS])
    greedy = _by_itself(context, numerics, settings.batch_size, problems)
    sampled: list[Sample] = []
    if greedy is None:
        greedy, sampled = _asked(context)
    rows = greedy + sampled
    write_samples(context.folder, rows)
    identity = EvaluationIdentity.model_validate(
        {
            "benchmark": context.identity["benchmark"],
            "problems": ProblemsSummary.read(context.inputs[Parent.PROBLEMS]).digest,
            "seed": context.seed,
            "settings": context.identity["settings"],
        }
    )
    Outcomes(
        identity=identity,
        problems=tuple(problem.id for problem in problems),
        clusters=tuple(problem.cluster for problem in problems),
        answers=tuple(problem.answer for problem in problems),
        ops=tuple(problem.metadata.get("ops") for problem in problems),
        **of_grades(greedy, sampled),
        truncated=sum(answer.truncated for answer in rows) / len(rows),
        tokens=generated(rows) / len(rows),
    ).write(context.folder)
    return Costs(tokens_generated=generated(rows), **gpu_costs(numerics))


def _asked(context: StageContext) -> tuple[list[Sample], list[Sample]]:
    """Greedy and sampled answers to the benchmark's prompts, graded by it."""
    asking = prepare_asking(context)
    settings = asking.settings
    greedy = answer(context, asking, settings.greedy, 1)
    if not settings.samples:
        return greedy, []
    return greedy, answer(context, asking, settings.sampled, settings.samples)


def _by_itself(
    context: StageContext, numerics: Numerics, batch: int, problems: Sequence[Problem]
) -> list[Sample] | None:
    """The greedy answers of a benchmark that runs the model by itself, None for any other."""
    if "decoder" in context.identity:  # the plan asks it of no such benchmark
        return None
    benchmark = context.plugin(Benchmark, "benchmark")
    model, revision = weights(context.inputs[Parent.CHECKPOINT])
    subject = Subject(str(model), revision, numerics.device, numerics.dtype, batch)
    seed_everything(context.seed)
    with calling(f"benchmark {benchmark.name}", benchmark.evaluate):
        answered = benchmark.evaluate(problems, subject)
        if answered is None:
            return None
        for each in answered:
            checked(benchmark, each.grade)
    if len(answered) != len(problems):
        raise UserError(
            f"benchmark {benchmark.name} answered {len(answered)} of {len(problems)} problems"
        )
    return [
        graded_sample(
            problem, each.completion, each.grade, tokens=each.tokens, truncated=each.truncated
        )
        for problem, each in zip(problems, answered, strict=True)
    ]
