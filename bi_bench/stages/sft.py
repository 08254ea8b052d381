"""The stage "sft": supervised fine-tuning of the base model on the demonstrations."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import Demonstration, read_demonstrations
from bi_bench.artifacts.history import write_history
from bi_bench.artifacts.role import Parent
from bi_bench.stages import own_kind
from bi_bench.stages.answers import gpu_costs, load_checkpoint
from bi_bench.stages.context import StageContext
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.identity import parse
from bi_bench.training.job import TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import encode_completions
from bi_bench.training.tracking import Guarded, Tracking, trackers
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, train_sft


def run(context: StageContext) -> Costs:
    """Write the checkpoint and ``history.jsonl``.

    With demonstrations of a reference arm among the parents, the epochs are those that give as many
    updates, or learnt tokens, as the settings give on the demonstrations of that arm.
    """
    if "model" in context.identity:
        return own_kind.fine_tune(context)
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    checkpoint = load_checkpoint(context.inputs[Parent.BASE], numerics)
    rows = read_demonstrations(context.inputs[Parent.AUGMENT])
    prompting = Prompting.from_settings(context.identity["settings"])
    settings = parse(SFTSettings, context.identity["settings"])
    if match := context.identity.get("match"):
        reference = read_demonstrations(context.inputs[Parent.REFERENCE])
        size = partial(_size, match, checkpoint)
        settings = replace(settings, epochs=settings.epochs * size(reference) / size(rows))
    with tempfile.TemporaryDirectory() as scratch:
        job = TrainingJob(
            checkpoint, numerics, context.seed, Path(scratch), context.progress, tracked_by(context)
        )
        trained = train_sft(job, demonstrations(checkpoint, prompting, rows), settings)
    checkpoint.save(context.folder)
    write_history(context.folder, trained.log)
    return Costs(
        tokens_trained=trained.tokens_trained,
        trainable_parameters=trained.trainable,
        **gpu_costs(numerics),
    )


def demonstrations(
    checkpoint: Checkpoint, prompting: Prompting, rows: Sequence[Demonstration]
) -> Demonstrations:
    """The rows of an "augment" stage as the model reads them."""
    return Demonstrations(
        prompting.render(checkpoint.tokenizer, [row.prompt for row in rows]),
        [row.completion for row in rows],
        [row.id for row in rows],
        [row.weights for row in rows],
    )


def tracked_by(context: StageContext) -> list[Guarded]:
    """The trackers that the suite asks for."""
    given = context.unkeyed.get("tracking")
    if not given:
        return []
    return trackers(parse(Tracking, given), context.tracking_folder, context.key)


def _size(match: str, checkpoint: Checkpoint, rows: Sequence[Demonstration]) -> int:
    if match == "updates":
        return len(rows)
    completions = [row.completion for row in rows]
    return sum(map(len, encode_completions(checkpoint.tokenizer, completions)))
