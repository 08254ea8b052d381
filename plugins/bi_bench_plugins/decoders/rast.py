"""The shift that RFT gave the logits of one model, added to another model: RAST (arXiv 2506.15710)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bi_bench.api import CheckpointOf, Decoder, Logits, Parameters


class RastParameters(Parameters):
    """The pair of checkpoints that gives the shift, and its weight."""

    pair: str = Field(
        "", description="label of the model that gives the shift; empty: the cell's own"
    )
    before: Literal["base", "sft"] = Field(
        "sft", description="checkpoint before RFT, of both models"
    )
    weight: float = Field(1.0, allow_inf_nan=False, description="factor of the shift")


class Rast(Decoder[RastParameters]):
    """Logits before RFT, plus the change that RFT made to those of a (smaller) model.

    softmax(M + weight (S_RFT - S)), M the model of the cell and S the other one, as published on raw
    logits. With the cell's own model for both, a weight of 0 is the model before RFT, 1 that after it.
    """

    name = "rast"

    def checkpoints(self) -> Mapping[str, CheckpointOf]:
        """Three, of which two are one where the model is its own pair."""
        given = self.params
        return {
            "model": CheckpointOf(given.before),
            "pair": CheckpointOf(given.before, model=given.pair),
            "pair-rft": CheckpointOf("rft", model=given.pair),
        }

    def logits(self, given: Mapping[str, Logits]) -> Logits:
        """The mixture."""
        return given["model"] + self.params.weight * (given["pair-rft"] - given["pair"])
