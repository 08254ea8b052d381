"""The models that analyses look at: after SFT, on the way through RFT, after RFT."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bi_bench.api import AnalysisContext

if TYPE_CHECKING:
    from bi_bench.training.checkpoint import Checkpoint


def checkpoints(context: AnalysisContext) -> Iterator[tuple[str, Path]]:
    """Names and folders in order: "sft", "step 40" ... as far as RFT kept them, "rft"."""
    yield "sft", context.folders["sft"]
    kept = context.folders["rft"] / "checkpoints"
    for folder in sorted(kept.glob("*"), key=lambda folder: int(folder.name)):
        yield f"step {int(folder.name)}", folder
    yield "rft", context.folders["rft"]


def load(context: AnalysisContext, folder: Path) -> Checkpoint:
    """The model of a folder, in float32 where the suite computes."""
    from bi_bench.training.checkpoint import Checkpoint, Numerics

    return Checkpoint.load(folder, Numerics.from_identity(dict(context.numerics)))
