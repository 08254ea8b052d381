"""Reports of a suite: tables, exports and figures, a pure function of run record and store.

Names are imported when they are used: a cached report is printed without loading numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bi_bench.report.content.report import Report
    from bi_bench.report.content.row import Row
    from bi_bench.report.content.rows import build_report
    from bi_bench.report.figures import draw_curves
    from bi_bench.report.tables.export import to_csv, to_json
    from bi_bench.report.tables.render import render
    from bi_bench.report.write import cached_text, where_written, write_report

_HOME = {
    "Report": "content.report",
    "Row": "content.row",
    "build_report": "content.rows",
    "cached_text": "write",
    "draw_curves": "figures",
    "render": "tables.render",
    "to_csv": "tables.export",
    "to_json": "tables.export",
    "write_report": "write",
    "where_written": "write",
}

__all__ = [
    "Report",
    "Row",
    "build_report",
    "cached_text",
    "draw_curves",
    "render",
    "to_csv",
    "to_json",
    "where_written",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
