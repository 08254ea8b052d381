"""Expert iteration: repeated SFT on the model's own right answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, ExpertIteration, Phase, RewardTerm
from bi_bench_plugins.algorithms.shared import RolloutParameters


class ExpertIterationParameters(RolloutParameters):
    """``steps`` are rounds: as many rollouts as another algorithm has, in fewer, larger batches."""

    steps: Annotated[int, Field(ge=1, description="rounds")] = 5
    prompts: Annotated[int, Field(ge=1, description="problems a round")] = 1280
    keep: Annotated[int, Field(ge=1, description="right completions kept a problem")] = 4
    epochs: Annotated[float, Field(gt=0, description="passes over what a round kept")] = 1.0
    batch_size: Annotated[int, Field(ge=1, description="completions an update")] = 32


class ExpertIterationAlgorithm(Algorithm[ExpertIterationParameters]):
    """Expert iteration: sample, keep distinct right completions, fine-tune on them, repeat.

    Nothing is learnt from wrong completions. Each round goes on from the last one's weights.
    """

    name = "expert-iteration"
    paper = "arXiv:1705.08439"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        return [
            ExpertIteration(
                steps=params.steps,
                prompts=params.prompts,
                group=params.group,
                rewards=(RewardTerm.of(params.reward),),
                keep=params.keep,
                epochs=params.epochs,
                batch_size=params.batch_size,
                **params.optimizer(),
            )
        ]
