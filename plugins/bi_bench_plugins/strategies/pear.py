"""PEAR: the SFT loss weighted by how likely the base model finds the rest of a solution."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from bi_bench.api import (
    Decline,
    Draft,
    DraftContext,
    Parameters,
    Plan,
    Problem,
    Solution,
    Strategy,
    TokenLogProb,
    Weight,
)

Level = Literal["token", "step", "sequence"]


class PearParameters(Parameters):
    """The variant, its discount, and the bounds of a weight."""

    level: Annotated[Level, Field(description="what gets a weight of its own")] = "token"
    gamma: Annotated[float, Field(ge=0, le=1, description="discount of what follows")] = 0.5
    clip: Annotated[float, Field(ge=1, description="weights lie between 1/clip and clip")] = 10.0


class Pear(Strategy[PearParameters]):
    """PEAR: tokens whose continuation the base model finds likely count more (arXiv 2602.01058).

    The ratio of a token is pi(token) / beta(token): the probability under the model that will be
    trained, over that under the policy which wrote the data. A block is a token, a step or the whole
    sequence, and its ratio the geometric mean over its tokens; the weight of block j is
    ``exp(log ratio_j + gamma log ratio_j+1 + gamma^2 log ratio_j+2 + ...)``, clipped. Equal to 1, it
    is plain SFT.

    A transfer to demonstrations that a program wrote: it could have written nothing else, so beta
    is 1, and no weight is above 1. With gamma = 0, tokens have the weights at which dynamic
    fine-tuning (arXiv 2508.05629) starts. Mean and clipping are ours, the paper's stabilisation is
    another; steps stand for its blocks, and a solution without steps is one block.
    """

    name = "pear"
    needs = frozenset({"base-model"})

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The plain demonstration, with a weight for each token."""
        if plan is not None:
            solution = context.speak(plan)
        elif problem.solution is not None:
            solution = Solution(problem.solution)
        else:
            return Decline("the problem has no reference solution")
        tokens = context.base.logprobs(problem, solution.text)
        weights = tuple(self._weights(tokens, solution))
        if plan is not None:
            return [Draft(plan=plan, weights=weights)]
        return [Draft(text=solution.text, weights=weights)]

    def _weights(self, tokens: Sequence[TokenLogProb], solution: Solution) -> list[Weight]:
        found: list[Weight] = []
        following = 0.0
        bound = math.log(self.params.clip)
        for block in reversed(self._blocks(tokens, solution)):
            own = math.fsum(token.logprob for token in block) / len(block)
            following = own + self.params.gamma * following
            weight = math.exp(min(max(following, -bound), bound))
            found += [Weight(token.start, token.end, weight) for token in block]
        return found

    def _blocks(
        self, tokens: Sequence[TokenLogProb], solution: Solution
    ) -> list[list[TokenLogProb]]:
        if self.params.level == "token":
            return [[token] for token in tokens]
        starts: list[int] = []
        if self.params.level == "step":
            spans = sorted(solution.spans, key=lambda span: span.start)
            starts = [next(of).start for _, of in groupby(spans, lambda span: span.step)]
        # By the last character of a token, as weights are; what stands before the first step is in it.
        blocks = groupby(tokens, lambda token: max(bisect_right(starts, token.end - 1), 1))
        return [list(block) for _, block in blocks]
