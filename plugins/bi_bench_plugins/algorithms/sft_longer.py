"""A control in place of RFT: supervised fine-tuning continues for as many updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Parameters, Phase, SupervisedUpdates


class SFTLongerParameters(Parameters):
    """``steps`` are updates: those of the RFT that this row is a control for."""

    steps: Annotated[int, Field(ge=1, description="further updates of SFT")] = 200
    learning_rate: Annotated[
        float | None, Field(ge=0, description="unset: that of defaults.sft")
    ] = None


class SFTLonger(Algorithm[SFTLongerParameters]):
    """SFT-longer: more updates on the same demonstrations where others do RFT. A control.

    A gain of RFT that this row has too comes from training on, not from reinforcement. Batches and
    schedule are those of ``defaults.sft``, begun anew with a fresh optimizer.
    """

    name = "sft-longer"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        return [SupervisedUpdates(steps=params.steps, learning_rate=params.learning_rate)]
