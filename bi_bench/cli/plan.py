"""``bi-bench plan``: what a suite would do, without doing it."""

from __future__ import annotations

import itertools
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
from bi_bench.engines.machine import duration, gpu_count, worker_count


def plan(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    workers: WorkersOption = 0,
    stages: Annotated[bool, typer.Option("--stages", help="List every stage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print cells, stages, an estimate of time and the smallest detectable gain."""
    from bi_bench.cli.load import load_pinned
    from bi_bench.plan import plan_suite
    from bi_bench.plan.checks.machine import lacking, missing_trackers
    from bi_bench.plan.checks.phases import valid_algorithms
    from bi_bench.plan.equivalent import same_algorithms
    from bi_bench.plan.estimate import total_seconds
    from bi_bench.stats import smallest_detectable_gain
    from bi_bench.store import Store

    loaded = load_pinned(suite, set_, store)
    planned, shelf = plan_suite(loaded), Store(store)
    missing = [stage for stage in planned.stages if not shelf.has(stage.key)]
    defaults = loaded.defaults
    count = worker_count(workers, defaults.numerics.threads)
    slots = min(count, gpu_count(-1)) if planned.numerics["device"] == "cuda" else count
    seconds = total_seconds(missing, max(1, slots // defaults.numerics.threads))
    detectable = smallest_detectable_gain(
        problems=defaults.data.test, samples=1, seeds=len(loaded.matrices[0].seeds)
    )
    warnings = sorted({w for e in loaded.axes["algorithms"] for w in e.plugin.warnings()})
    alike = (
        same_algorithms(valid_algorithms(matrix.axes["algorithms"])) for matrix in loaded.matrices
    )
    warnings += dict.fromkeys(itertools.chain.from_iterable(alike))
    warnings += lacking(loaded)  # no error: what cannot run here may be planned here
    warnings += missing_trackers(loaded)
    unresolved = [
        entry.label
        for entry in loaded.axes["models"]
        if entry.plugin.source().identity.endswith("@unresolved")
    ]
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
        "numerics": planned.numerics,
        "estimated_seconds": seconds,
        "smallest_detectable_gain": detectable.gain,
        "assumptions": detectable.assumptions,
        "unresolved": unresolved,
        "warnings": warnings,
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
        f"on {numerics['device']}, {numerics['dtype']}, {numerics['threads']} thread(s) a stage; "
        f"estimated time left: {duration(facts['estimated_seconds'])}"
    )
    gain = facts["smallest_detectable_gain"]
    detectable = "none, not even 100 points" if gain is None else f"{100 * gain:.1f} points"
    print(f"smallest detectable gain: {detectable} ({facts['assumptions']})")
    for label in facts["unresolved"]:
        print(f"unresolved: {label} names no revision; `run` asks the hub once and records it")
    for warning in facts["warnings"]:
        print(f"warning: {warning}")
    for stage in facts.get("stage_list", []):
        print(
            f"{stage['key'][:12]} {'done' if stage['done'] else '-':5}{stage['kind']:9} {stage['label']}"
        )
