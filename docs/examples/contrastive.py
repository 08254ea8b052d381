"""A decoder: what RFT taught a model, against what it knew before (contrastive decoding)."""

import math

from pydantic import Field

from bi_bench.api import CheckpointOf, Decoder, Parameters, hookimpl


class ContrastiveParameters(Parameters):
    """The weight, and which tokens are plausible."""

    weight: float = Field(0.5, ge=0, allow_inf_nan=False, description="weight of the contrast")
    share: float = Field(
        0.1, gt=0, le=1, description="least probability of a token, as a share of the largest"
    )


class Contrastive(Decoder[ContrastiveParameters]):
    """The model after RFT, away from the base model, among the tokens that it finds plausible.

    (1 + weight) RFT - weight base, over tokens with at least ``share`` of the largest probability
    (O'Brien and Lewis, arXiv 2309.09117).
    """

    name = "contrastive"

    def checkpoints(self):
        return {"expert": CheckpointOf("rft"), "amateur": CheckpointOf("base")}

    def logits(self, given):
        expert, amateur = given["expert"], given["amateur"]
        least = expert.max(-1, keepdim=True).values + math.log(self.params.share)
        mixed = (1 + self.params.weight) * expert - self.params.weight * amateur
        return mixed.masked_fill(expert < least, -math.inf)


@hookimpl
def bi_bench_decoders():
    return [Contrastive]
