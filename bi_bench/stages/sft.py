"""The stage "sft": supervised fine-tuning of the base model on the demonstrations."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bi_bench.stages.answers import gpu_costs, load_checkpoint
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import read_rows, write_lines
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.seeding import seed_everything
from bi_bench.training.sft import SFTSettings, train_sft
from bi_bench.training.text import encode_completions


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint and ``history.jsonl``.

    With demonstrations of a reference arm among the parents, the epochs are those that give as many
    updates, or learnt tokens, as the settings give on the demonstrations of that arm.
    """
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    checkpoint = load_checkpoint(context.inputs["base"], numerics)
    rows = read_rows(context.inputs["augment"] / "examples.parquet")
    settings = SFTSettings(**context.identity["settings"])
    if match := context.identity.get("match"):
        reference = read_rows(context.inputs["reference"] / "examples.parquet")
        size = partial(_size, match, checkpoint)
        settings = replace(settings, epochs=settings.epochs * size(reference) / size(rows))
    with tempfile.TemporaryDirectory() as scratch:
        trained = train_sft(
            checkpoint,
            [row["prompt"] for row in rows],
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
    return {"tokens_trained": trained.tokens_trained, **gpu_costs(numerics)}


def _size(match: str, checkpoint: Checkpoint, rows: Sequence[Mapping[str, str]]) -> int:
    if match == "updates":
        return len(rows)
    completions = [row["completion"] for row in rows]
    return sum(map(len, encode_completions(checkpoint.tokenizer, completions)))
