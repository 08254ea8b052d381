"""The stage "sft": supervised fine-tuning of the base model on the demonstrations."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from bi_bench.api import UserError, did_you_mean
from bi_bench.stages.answers import gpu_costs, load_checkpoint, trainable_costs
from bi_bench.stages.context import StageContext
from bi_bench.store.tables import read_rows, write_lines
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.lora import LoRA
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import encode_completions
from bi_bench.training.tracking import tracked
from bi_bench.training.trl.sft import SFTSettings, train_sft


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint and ``history.jsonl``.

    With demonstrations of a reference arm among the parents, the epochs are those that give as many
    updates, or learnt tokens, as the settings give on the demonstrations of that arm.
    """
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    checkpoint = load_checkpoint(context.inputs["base"], numerics)
    rows = read_rows(context.inputs["augment"] / "examples.parquet")
    prompting = Prompting.from_settings(context.identity["settings"])
    settings = sft_settings(context.identity["settings"])
    if match := context.identity.get("match"):
        reference = read_rows(context.inputs["reference"] / "examples.parquet")
        size = partial(_size, match, checkpoint)
        settings = replace(settings, epochs=settings.epochs * size(reference) / size(rows))
    tracking = tracked(context.unkeyed.get("tracking"), context.folder)
    with tempfile.TemporaryDirectory() as scratch, tracking:
        trained = train_sft(
            checkpoint,
            prompting.render(checkpoint.tokenizer, [row["prompt"] for row in rows]),
            [row["completion"] for row in rows],
            settings,
            numerics,
            seed=context.seed,
            scratch=Path(scratch),
            progress=context.progress,
            names=[row["id"] for row in rows],
        )
    checkpoint.save(context.folder)
    write_lines(context.folder / "history.jsonl", trained.log)
    costs = {"tokens_trained": trained.tokens_trained, **trainable_costs(trained)}
    return {**costs, **gpu_costs(numerics)}


def sft_settings(given: Mapping[str, Any], **changes: Any) -> SFTSettings:
    """The settings of a stage identity with changes; UserError for a change of what is not there."""
    known = {field.name for field in fields(SFTSettings)}
    if unknown := sorted(changes.keys() - known):
        raise UserError(
            f'the trainer "sft" has no setting "{unknown[0]}"{did_you_mean(unknown[0], known)}'
        )
    own = {name: value for name, value in given.items() if name in known}
    return SFTSettings(**{**own, "lora": LoRA.from_settings(given.get("lora")), **changes})


def _size(match: str, checkpoint: Checkpoint, rows: Sequence[Mapping[str, str]]) -> int:
    if match == "updates":
        return len(rows)
    completions = [row["completion"] for row in rows]
    return sum(map(len, encode_completions(checkpoint.tokenizer, completions)))
