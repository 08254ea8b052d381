"""The stage "analyse": a read-only measurement over the folders of its parents."""

from __future__ import annotations

from typing import Any

from bi_bench.api import Analysis, AnalysisContext, UserError
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import write_json


def run(context: StageContext) -> dict[str, Any]:
    """Write the analysis's rows into ``table.json``."""
    analysis: Analysis = context.plugin("analyses", "analysis")
    rows = [dict(row) for row in analysis.measure(AnalysisContext(context.inputs))]
    if any(row.keys() != rows[0].keys() for row in rows):
        raise UserError(f"analysis {analysis.name}: its rows have different columns")
    write_json(context.folder / "table.json", rows)
    return {}
