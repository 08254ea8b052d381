"""A curriculum for GRPO: easy problems first, harder ones join step by step."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, History, Phase, UserError
from bi_bench_plugins.algorithms.shared import RolloutParameters


class EasyToHardParameters(RolloutParameters):
    """Those of GRPO, and the pace of the curriculum."""

    by: Annotated[
        str, Field(description="the number in a problem's metadata that says how hard")
    ] = "ops"
    full_at: Annotated[
        float,
        Field(gt=0, le=1, description="share of the steps after which all problems take part"),
    ] = 0.5


class EasyToHard(Algorithm[EasyToHardParameters]):
    """GRPO on a growing share of the problems, easiest first (curriculum learning, Bengio et al. 2009).

    The share grows linearly from one step's worth of problems to all of them.
    """

    name = "easy-to-hard"

    def phases(self) -> Sequence[Phase]:
        """A single phase, as GRPO has it."""
        config = {"loss_type": "grpo", "scale_rewards": "group", **self.params.optimizer()}
        return [self.params.policy_gradient(config)]

    def choose(self, history: History, n: int, rng: random.Random) -> Sequence[int]:
        """``n`` of the problems that are easy enough by now, each at most once."""
        order = sorted(range(len(history.problems)), key=lambda index: self._ops(history, index))
        grown = min(1.0, history.step / (self.params.full_at * history.steps))
        easy = order[: math.ceil(n + grown * (len(order) - n))]
        return rng.sample(easy, n)

    def _ops(self, history: History, index: int) -> float:
        problem = history.problems[index]
        value = problem.metadata.get(self.params.by)
        if not isinstance(value, int | float):
            raise UserError(
                f"the metadata of problem {problem.id} has no number {self.params.by!r}; set the "
                f'parameter "by" to one of {", ".join(problem.metadata) or "nothing: it is empty"}'
            )
        return value
