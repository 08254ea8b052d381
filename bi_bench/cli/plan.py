"""``bi-bench plan``: shows the cells, stages and cost of a suite without running it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any

import typer

from bi_bench.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SetOption,
    StoreOption,
    SuiteArgument,
    WorkersOption,
)


def plan(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    workers: WorkersOption = 0,
    stages: Annotated[bool, typer.Option("--stages", help="List every stage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print cells, stages, estimated time and the smallest detectable gain."""
    from bi_bench.cli.load import load_pinned
    from bi_bench.machine.hardware import stages_at_a_time
    from bi_bench.plan import plan_suite
    from bi_bench.plan.estimate import total_seconds
    from bi_bench.plan.warnings import suite_warnings
    from bi_bench.stats import smallest_detectable_gain
    from bi_bench.store import Store
    from bi_bench.suite.revisions import unresolved_models

    loaded = load_pinned(suite, set_, store)
    planned, shelf = plan_suite(loaded), Store(store)
    missing = [stage for stage in planned.stages if not shelf.has(stage.key)]
    defaults, numerics = loaded.defaults, planned.numerics
    parallel = stages_at_a_time(workers, numerics["threads"], numerics["device"])
    detectable = smallest_detectable_gain(
        problems=defaults.data.test, samples=1, seeds=len(loaded.matrices[0].seeds)
    )
    facts: dict[str, Any] = {
        "suite": loaded.name,
        "cells": [
            {
                **cell.axes,
                "skip": cell.skip,
                "stages": cell.stages,
                "without": dict(cell.without),
            }
            for cell in planned.cells
        ],
        "stages": len(planned.stages),
        "done": len(planned.stages) - len(missing),
        "numerics": numerics,
        "estimated_seconds": total_seconds(missing, parallel),
        "smallest_detectable_gain": detectable.gain,
        "assumptions": detectable.assumptions,
        "unresolved": unresolved_models(loaded),
        "warnings": suite_warnings(loaded),
    }
    if stages or as_json:
        facts["stage_list"] = [
            {
                "key": s.key,
                "kind": s.kind,
                "label": s.label,
                "parents": sorted(s.parents.values()),
                "done": shelf.has(s.key),
            }
            for s in planned.stages
        ]
    if as_json:
        print(json.dumps(facts))
        return
    _print(facts, planned.stages, {stage.key for stage in missing})


def _print(facts: dict[str, Any], all_stages: Any, missing: set[str]) -> None:
    from tabulate import tabulate

    cells = facts["cells"]
    skipped = [cell for cell in cells if cell["skip"]]
    print(f"{facts['suite']}: {len(cells)} cells, {len(skipped)} of them skipped")
    for (strategy, benchmark, reason), number in Counter(
        (cell["strategy"], cell["benchmark"], cell["skip"]) for cell in skipped
    ).items():
        print(f"  skipped ({number}): {strategy} on {benchmark}: {reason}")
    declined = {(*one, c["benchmark"]) for c in cells for one in c["without"].items()}
    for analysis, reason, benchmark in sorted(declined):
        print(f"  without {analysis} on {benchmark}: {reason}")
    for axis in ("benchmark", "model", "strategy", "algorithm", "seed"):
        values = list(dict.fromkeys(str(cell[axis]) for cell in cells))
        shown = ", ".join(values[:8]) + (f" … ({len(values)})" if len(values) > 8 else "")
        print(f"  {axis}: {shown}")
    rows = [
        [kind, number, number - sum(s.key in missing for s in all_stages if s.kind == kind)]
        for kind, number in Counter(stage.kind for stage in all_stages).items()
    ]
    rows.append(["all", facts["stages"], facts["done"]])
    print(tabulate(rows, headers=["stages", "distinct", "done"]))
    numerics = facts["numerics"]
    print(
        f"on {numerics['device']}, {numerics['dtype']}, {numerics['threads']} thread(s) per stage; "
        f"estimated time left: {_duration(facts['estimated_seconds'])}"
    )
    gain = facts["smallest_detectable_gain"]
    detectable = "none, not even 100 points" if gain is None else f"{100 * gain:.1f} points"
    print(f"smallest detectable gain: {detectable} ({facts['assumptions']})")
    for label in facts["unresolved"]:
        print(f"unresolved: {label} has no revision; `run` asks the hub once and records it")
    for warning in facts["warnings"]:
        print(f"warning: {warning}")
    for stage in facts.get("stage_list", []):
        print(
            f"{stage['key'][:12]} {'done' if stage['done'] else '-':5}{stage['kind']:9} {stage['label']}"
        )


def _duration(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return "unknown"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
