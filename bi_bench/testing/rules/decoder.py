"""Rules for decoders: the checkpoints that they read, and the logits that they make of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bi_bench.api import CheckpointOf, Decoder, Logits
from bi_bench.api.boundary import calling
from bi_bench.api.decoder import CHECKPOINT_ROLES
from bi_bench.testing.case import Case, Fault, Rules

ROWS, VOCABULARY, SEED = 3, 11, 1


def checkpoints(case: Case[Decoder]) -> Iterator[Fault]:
    """checkpoints() names at least one checkpoint of a cell, the same ones each time."""
    with calling("checkpoints()", case.plugin.checkpoints):
        found: object = case.plugin.checkpoints()
    place = case.at("checkpoints")
    if not isinstance(found, Mapping) or not found:
        mend = 'return a mapping, such as {"after": CheckpointOf("rft")}'
        yield Fault(f"checkpoints() returned {found!r:.60}", mend, place)
        return
    for name, wanted in found.items():
        case.made.append(f"{name}: {wanted}")
        if not isinstance(wanted, CheckpointOf) or wanted.role not in CHECKPOINT_ROLES:
            mend = f"use CheckpointOf with one of {', '.join(CHECKPOINT_ROLES)}"
            yield Fault(f"{name!r:.40} is {wanted!r:.80}", mend, place)
    if found != case.plugin.checkpoints():
        mend = "make them of self.params alone"
        yield Fault("checkpoints() returned other ones when it was called again", mend, place)


def logits(case: Case[Decoder]) -> Iterator[Fault]:
    """logits() gives a row for each answer, made of its own row alone, and changes nothing in place."""
    import torch

    names = list(case.plugin.checkpoints())
    generator = torch.Generator().manual_seed(SEED)
    given = {name: torch.randn(ROWS, VOCABULARY, generator=generator) for name in names}
    kept = {name: tensor.clone() for name, tensor in given.items()}
    made = _made(case, given)
    place = case.at("logits")
    if not isinstance(made, torch.Tensor) or made.shape != (ROWS, VOCABULARY):
        yield Fault(
            f"logits() returned {getattr(made, 'shape', made)!r:.60}",
            f"return a tensor of the shape of each given one, here {(ROWS, VOCABULARY)}",
            place,
        )
        return
    case.made.append(str(made.tolist()))
    if made.isnan().any():
        yield Fault(
            "logits() returned what is no number", "infinity minus infinity, perhaps?", place
        )
    if any(not torch.equal(given[name], kept[name]) for name in names):
        yield Fault("logits() changed given logits in place", "make new tensors", place)
    alone = _made(case, {name: tensor[:1] for name, tensor in kept.items()})
    if not torch.allclose(alone, made[:1], atol=1e-5, equal_nan=True):
        mend = "combine row by row: answers are drawn in batches of any size"
        yield Fault("a row depends on the other rows", mend, place)


def _made(case: Case[Decoder], given: Mapping[str, Logits]) -> Logits:
    with calling("logits()", case.plugin.logits):
        return case.plugin.logits(given)


RULES: Rules = {"checkpoints": checkpoints, "logits": logits}
