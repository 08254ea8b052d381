"""The stage "probe": rollouts of the SFT model on separate problems, to see if it is ready for RL."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.samples import PROBED, write_samples
from bi_bench.stages.answers import answer, generated, gpu_costs, prepare_asking, right_by_problem
from bi_bench.stages.context import StageContext


def run(context: StageContext) -> Costs:
    """Write the rollouts and a summary of their accuracy a problem (BRIDGE, section 3)."""
    asking = prepare_asking(context)
    group = asking.settings.samples
    answers = answer(context, asking, asking.settings.sampled, group)
    write_samples(context.folder, answers, PROBED)
    right = [sum(values) for values in right_by_problem(answers, group)]
    summary = summarise(right, group)
    if scores := [each.score for each in answers if each.score is not None]:
        summary = ProbeSummary(**summary.to_json(), score=fmean(scores))
    summary.write(context.folder)
    return Costs(tokens_generated=generated(answers), **gpu_costs(asking.numerics))


def summarise(right: Sequence[int], group: int) -> ProbeSummary:
    """Right rollouts a problem, of ``group`` each, as readiness numbers."""
    counts = Counter(right)
    return ProbeSummary(
        samples=group,
        problems=len(right),
        right=tuple(right),
        accuracy=sum(right) / (len(right) * group),
        informative=sum(0 < count < group for count in right) / len(right),
        spread=sum(math.sqrt(c / group * (1 - c / group)) for c in right) / len(right),
        histogram=tuple(counts[number] for number in range(group + 1)),
    )
