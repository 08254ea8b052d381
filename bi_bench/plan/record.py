"""The record of a run, made of its plan: everything that reports need besides the stages."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bi_bench.api.figure import drawing_to_json
from bi_bench.api.identity import NumericsIdentity
from bi_bench.api.versions import library_versions
from bi_bench.artifacts.artifact import Json
from bi_bench.artifacts.run_record import (
    CellRecord,
    PrimaryRecord,
    PublishedRecord,
    RunRecord,
    StrategyRecord,
    SuiteRecord,
)
from bi_bench.plan.graph import CellStages, StageGraph
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import Suite

# Libraries that decide a result, or the figures and intervals made of it.
_VERSIONS = ("bi-bench", "torch", "transformers", "trl", "datasets", "peft", "numpy", "scipy")


def run_record(planned: StageGraph, command: str) -> tuple[str, RunRecord]:
    """Name and record of a run; ``command`` is what a reader types to repeat it."""
    cells = tuple(map(_cell, planned.cells))
    content = json.dumps([cell.to_json() for cell in cells], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:10]
    record = RunRecord(
        suite=_suite(planned.suite),
        numerics=_numerics(planned.numerics),
        command=command,
        versions=library_versions(_VERSIONS),
        cells=cells,
        stages=tuple(stage.key for stage in planned.stages),
    )
    return f"{planned.suite.name}-{digest}", record


def _numerics(numerics: NumericsIdentity) -> dict[str, Json]:
    return {
        "device": numerics["device"],
        "dtype": numerics["dtype"],
        "threads": numerics["threads"],
    }


def _cell(cell: CellStages) -> CellRecord:
    known: dict[str, Any] = {"axes": cell.axes, "stages": cell.stages, "skip": cell.skip}
    if cell.without:
        known["without"] = cell.without
    if cell.undecoded:
        known["undecoded"] = cell.undecoded
    return CellRecord.model_validate(known)


def _suite(suite: Suite) -> SuiteRecord:
    """What reports need of a suite; it is in no content key."""
    declared = "primary" in suite.source.get("report", {})
    recipes = Recipes(suite)
    return SuiteRecord(
        name=suite.name,
        description=suite.description,
        reference=suite.reference,
        rewards={
            entry.label: tuple(sorted(recipes.of(entry).rewards))
            for entry in recipes.sound(suite.axes.algorithms)
        },
        informed={
            entry.label: recipes.of(entry).informed
            for entry in recipes.sound(suite.axes.algorithms)
        },
        source=dict(suite.source),
        figures=tuple(suite.figures),
        published=tuple(PublishedRecord.model_validate(one) for one in suite.published),
        primary=PrimaryRecord.model_validate({**suite.primary.model_dump(), "declared": declared}),
        drawings={
            entry.label: tuple(drawing_to_json(drawing) for drawing in entry.plugin.figures)
            for entry in suite.analyses
        },
        strategies={
            cell.strategy.label: StrategyRecord(
                name=cell.strategy.name, params=cell.strategy.params.model_dump(mode="json")
            )
            for cell in suite.cells()
        },
    )
