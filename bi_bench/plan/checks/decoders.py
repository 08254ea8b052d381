"""Checks of decoders: do the checkpoints that they read exist, and does a cell have them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bi_bench.api import CAUSAL, CheckpointOf, Decoder, UserError, did_you_mean
from bi_bench.api.boundary import calling
from bi_bench.api.decoder import CHECKPOINT_ROLES
from bi_bench.suite import Cell, Entry, Suite

_AXES = {"model": "models", "strategy": "strategies", "algorithm": "algorithms"}


def read_by(decoder: Entry[Decoder]) -> dict[str, CheckpointOf]:
    """The checkpoints that a decoder reads, by its names; UserError where it names none."""
    with calling(f"decoder {decoder.label}", decoder.plugin.checkpoints):
        found = decoder.plugin.checkpoints()
        if not isinstance(found, Mapping) or not found:
            raise UserError(
                'checkpoints must return a mapping, such as {"rft": CheckpointOf("rft")}'
            )
        for name, wanted in found.items():
            if not isinstance(name, str) or not isinstance(wanted, CheckpointOf):
                raise UserError(
                    f"checkpoints must map names to CheckpointOf objects, not {name!r} to {wanted!r:.60}"
                )
    return dict(found)


def decoder_faults(suite: Suite) -> Iterator[str]:
    """Decoders that no cell could have: settings, roles or labels that are not known."""
    for decoder in suite.decoders:
        who = f"{decoder.place}: decoder {decoder.label}"
        if "/" in decoder.label:
            yield f"{who}: a label of a decoder has no slash; give it another one"
        if suite.defaults.rollouts.engine == "vllm":
            yield (
                f"{who} mixes logits, which vLLM does not give; set defaults.rollouts.engine = "
                '"sampler", or leave decoders out'
            )
        for name, wanted in read_by(decoder).items():
            if wanted.role not in CHECKPOINT_ROLES:
                yield (
                    f'{who}: "{name}" is the role "{wanted.role}", which no checkpoint has'
                    f"{did_you_mean(wanted.role, CHECKPOINT_ROLES) or '.'} Known: "
                    f"{', '.join(CHECKPOINT_ROLES)}"
                )
            for axis, entries in _AXES.items():
                label = getattr(wanted, axis)
                known = [entry.label for entry in getattr(suite.axes, entries)]
                if label and label not in known:
                    yield (
                        f'{who}: "{name}" is of the {axis} "{label}", which the suite does not have'
                        f"{did_you_mean(label, known) or '.'} Known: {', '.join(known)}"
                    )


def cell_of(wanted: CheckpointOf, cell: Cell, suite: Suite) -> Cell:
    """The cell that a checkpoint belongs to, for a decoder that is evaluated in ``cell``."""
    for axis, entries in _AXES.items():
        if label := getattr(wanted, axis):
            (entry,) = (e for e in getattr(suite.axes, entries) if e.label == label)
            cell = replace(cell, **{axis: entry})
    return cell


def not_causal(cell: Cell) -> str:
    """The reason why no decoder can read the checkpoints of a cell; empty if it can."""
    model = cell.model
    if model.plugin.kind == CAUSAL:
        return ""
    return f"decoders serve causal models, and {model.label} is of the kind {model.plugin.kind}"
