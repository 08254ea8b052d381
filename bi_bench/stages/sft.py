"""The stage "sft": supervised fine-tuning of the base model on the demonstrations."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bi_bench.stages.answers import gpu_costs, load_checkpoint
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import read_rows, write_lines
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.seeding import seed_everything
from bi_bench.training.sft import SFTSettings, train_sft


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint and ``history.jsonl``."""
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    checkpoint = load_checkpoint(context.inputs["base"], numerics)
    rows = read_rows(context.inputs["augment"] / "examples.parquet")
    with tempfile.TemporaryDirectory() as scratch:
        trained = train_sft(
            checkpoint,
            [row["prompt"] for row in rows],
            [row["completion"] for row in rows],
            SFTSettings(**context.identity["settings"]),
            numerics,
            seed=context.seed,
            scratch=Path(scratch),
            progress=context.progress,
        )
    checkpoint.save(context.folder)
    write_lines(context.folder / "history.jsonl", trained.log)
    return {"tokens_trained": trained.tokens_trained, **gpu_costs(numerics)}
