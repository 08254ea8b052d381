"""The stage "analyse": a read-only measurement over the folders of its parents."""

from __future__ import annotations

from bi_bench.api import Analysis, AnalysisContext, Benchmark, UserError
from bi_bench.api.boundary import calling
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import problems
from bi_bench.artifacts.table import write_table
from bi_bench.artifacts.tables import read_rows
from bi_bench.stages.context import StageContext

# Columns that reports put next to those of an analysis.
AXES = {"benchmark", "model", "algorithm", "strategy", "seed", "seeds"}


def run(context: StageContext) -> Costs:
    """Write the analysis's rows into ``table.json``."""
    analysis = context.plugin(Analysis, "analysis")
    folders = context.inputs
    if analysis.uses_models:
        from bi_bench.training.seeding import seed_everything

        seed_everything(context.seed)
    view = AnalysisContext(
        folders,
        context.plugin(Benchmark, "benchmark"),
        problems=lambda split: read_problems(folders[problems(split)]),
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
    with calling(f"analysis {analysis.name}, its rows", analysis.measure):
        write_table(context.folder, rows)  # no plain JSON, or a number that is not finite
    return Costs()
