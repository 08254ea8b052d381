"""Rules for analyses: what they ask for, and the table that they make of a finished cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bi_bench.api import Analysis, Bars, Benchmark, UserError, did_you_mean
from bi_bench.api.boundary import calling
from bi_bench.artifacts.role import BASE, PARTS, RFT, SFT
from bi_bench.artifacts.table import TableRow, read_table
from bi_bench.stages.analyse import run
from bi_bench.stages.context import StageContext
from bi_bench.suite import Defaults
from bi_bench.testing.canned import canned_cell, canned_context
from bi_bench.testing.case import TOYS, Case, Fault, Rules

READABLE = [part for part in PARTS if part not in ("overlap", "analyse")]


def needs(case: Case[Analysis]) -> Iterator[Fault]:
    """It needs roles that a cell has."""
    for role in case.plugin.needs:
        part = role.partition("/")[0]
        if part not in READABLE:
            hint = did_you_mean(part, READABLE)
            yield Fault(f'needs: there is no role "{role}"{hint}', f"roles: {', '.join(READABLE)}")


def settings(case: Case[Analysis]) -> Iterator[Fault]:
    """declines() gives a text and work() two numbers for the settings of a suite."""
    defaults = Defaults().model_dump(mode="json")
    with calling("declines()", case.plugin.declines):
        reason = case.plugin.declines(case.toy("toy-graph"), defaults)
    if not isinstance(reason, str):
        yield Fault(f"declines() returned {reason!r:.60}", "return a text", case.at("declines"))
    with calling("work()", case.plugin.work):
        generated, trained = case.plugin.work(defaults)
    if min(generated, trained) < 0:
        yield Fault("work() is negative", "return two numbers from 0 on", case.at("work"))


def table(case: Case[Analysis]) -> Iterator[Fault]:
    """measure() gives rows with the same columns, and those that its figures draw."""
    if _runs_models(case.plugin):
        return  # there are no checkpoints here: only the micro run measures
    for name in ("toy-graph", "toy-text"):
        benchmark = case.toy(name)
        if case.plugin.declines(benchmark, Defaults().model_dump(mode="json")):
            continue
        folders = canned_cell(case.folder / name, benchmark)
        rows = _measured(case, name, canned_context(case.plugin, folders, benchmark).folders)
        case.made.extend(map(json.dumps, rows))
        if not rows:
            yield Fault(f"{name}: no rows", "let declines() tell why", case.at("measure"))
            continue
        drawn = [
            (d, {**d.values, d.groups if isinstance(d, Bars) else d.x: ""})
            for d in case.cls.figures
        ]
        for drawing, columns in drawn:
            if missing := [column for column in columns if column and column not in rows[0]]:
                yield Fault(
                    f'{type(drawing).__name__}: the table has no column "{missing[0]}"',
                    f"columns: {', '.join(rows[0])}",
                    case.at("measure"),
                )
        return
    raise UserError("declines() refuses both toy benchmarks with the default settings of a suite")


def _measured(case: Case[Analysis], benchmark: str, folders: Mapping[str, Path]) -> list[TableRow]:
    identity = {
        "analysis": case.entry.identity(),
        "benchmark": {**case.registry.get(Benchmark, benchmark).identity(), "params": {}},
        "seed": 1,
    }
    files = [*TOYS, case.entry.registered.origin.file]
    stage = {
        "identity": identity,
        "plugin_files": [*dict.fromkeys(str(file) for file in files if file)],
        "unkeyed": {"analysis": case.entry.unkeyed},
    }
    out = case.folder / f"{benchmark}-table"
    out.mkdir()
    run(StageContext.make(stage, folders, out, lambda **_: None))
    return read_table(out)


def _runs_models(analysis: Analysis) -> bool:
    return analysis.uses_models or bool({BASE, SFT, RFT} & set(analysis.needs))


RULES: Rules = {"needs": needs, "settings": settings, "table": table}
