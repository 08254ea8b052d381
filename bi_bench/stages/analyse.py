"""The stage "analyse": a read-only measurement over the folders of its parents."""

from __future__ import annotations

import json
from typing import Any

from bi_bench.api import Analysis, AnalysisContext, Benchmark, UserError
from bi_bench.api.boundary import calling
from bi_bench.stages.context import StageContext
from bi_bench.store.tables import read_problems, read_rows

# What reports put beside the columns of an analysis.
AXES = {"benchmark", "model", "algorithm", "strategy", "seed", "seeds"}


def run(context: StageContext) -> dict[str, Any]:
    """Write the analysis's rows into ``table.json``."""
    analysis = context.plugin(Analysis, "analysis")
    folders = context.inputs
    if analysis.uses_models:
        from bi_bench.training.seeding import seed_everything

        seed_everything(context.seed)
    view = AnalysisContext(
        folders,
        context.plugin(Benchmark, "benchmark"),
        problems=lambda split: read_problems(folders[f"problems/{split}"]),
        rows=lambda role, name: read_rows(folders[role] / name),
        seed=context.seed,
        settings=context.identity.get("settings", {}),
        numerics=context.identity.get("numerics", {}),
    )
    with calling(f"analysis {analysis.name}", analysis.measure):
        rows = [dict(row) for row in analysis.measure(view)]
    if any(row.keys() != rows[0].keys() for row in rows):
        raise UserError(f"analysis {analysis.name}: its rows have different columns")
    if taken := sorted(AXES & {name for row in rows for name in row}):
        raise UserError(
            f'analysis {analysis.name}: reports add the column "{taken[0]}" themselves; rename it'
        )
    # Not sorted like other files: the analysis decides the order of its columns.
    text = json.dumps(rows, indent=1, allow_nan=False)
    (context.folder / "table.json").write_text(text + "\n")
    return {}
