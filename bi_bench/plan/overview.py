"""The overview of a plan: its cells, stages, expected time and warnings, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tabulate import tabulate

from bi_bench.plan.estimate import total_seconds
from bi_bench.plan.graph import StageGraph
from bi_bench.plan.warnings import suite_warnings
from bi_bench.suite.revisions import unresolved_models

_AXES = ("benchmark", "model", "strategy", "algorithm", "seed")
_VALUES = 8  # of an axis that are listed


@dataclass(frozen=True)
class Overview:
    """A plan before it is run; ``done`` holds the keys of the stages that are in the store.

    ``parallel``: the number of stages at a time. ``detectable``: the smallest detectable gain (0 to 1),
    None where none is, under ``assumptions``.
    """

    graph: StageGraph
    done: frozenset[str]
    parallel: int
    detectable: float | None
    assumptions: str

    @property
    def seconds(self) -> float | None:
        """The estimated time of the stages that are not done; None where it is not known."""
        left = [stage for stage in self.graph.stages if stage.key not in self.done]
        return total_seconds(left, self.parallel)

    def to_json(self) -> dict[str, Any]:
        """Everything, every stage included."""
        graph, suite = self.graph, self.graph.suite
        return {
            "suite": suite.name,
            "cells": [
                {**c.axes, "skip": c.skip, "stages": c.stages, "without": c.left_out}
                for c in graph.cells
            ],
            "stages": len(graph.stages),
            "done": len(self.done),
            "numerics": graph.numerics,
            "estimated_seconds": self.seconds,
            "smallest_detectable_gain": self.detectable,
            "assumptions": self.assumptions,
            "unresolved": unresolved_models(suite),
            "warnings": suite_warnings(suite),
            "stage_list": [
                {
                    "key": stage.key,
                    "kind": stage.kind,
                    "label": stage.label,
                    "parents": sorted(stage.parents.values()),
                    "done": stage.key in self.done,
                }
                for stage in graph.stages
            ],
        }

    def to_text(self, *, stages: bool) -> str:
        """What a reader needs to decide; ``stages`` lists every stage."""
        return "\n".join([*self._cells(), *self._totals(), *(self._stages() if stages else ())])

    def _cells(self) -> Iterator[str]:
        cells = self.graph.cells
        skipped = [cell for cell in cells if cell.skip]
        yield f"{self.graph.suite.name}: {len(cells)} cells, {len(skipped)} of them skipped"
        reasons = Counter((c.axes["strategy"], c.axes["benchmark"], c.skip) for c in skipped)
        for (strategy, benchmark, reason), number in reasons.items():
            yield f"  skipped ({number}): {strategy} on {benchmark}: {reason}"
        declined = {(*one, str(c.axes["benchmark"])) for c in cells for one in c.left_out.items()}
        for label, reason, benchmark in sorted(declined):
            yield f"  without {label} on {benchmark}: {reason}"
        for axis in _AXES:
            values = list(dict.fromkeys(str(cell.axes[axis]) for cell in cells))
            more = f" … ({len(values)})" if len(values) > _VALUES else ""
            yield f"  {axis}: {', '.join(values[:_VALUES])}{more}"

    def _totals(self) -> Iterator[str]:
        stages, numerics = self.graph.stages, self.graph.numerics
        done = Counter(stage.kind for stage in stages if stage.key in self.done)
        kinds = Counter(stage.kind for stage in stages)
        rows: list[list[str | int]] = [[kind, n, done[kind]] for kind, n in kinds.items()]
        rows.append(["all", len(stages), len(self.done)])
        yield str(tabulate(rows, headers=["stages", "distinct", "done"]))
        yield (
            f"on {numerics['device']}, {numerics['dtype']}, {numerics['threads']} thread(s) per stage; "
            f"estimated time left: {_duration(self.seconds)}"
        )
        gain = self.detectable
        points = "none, not even 100 points" if gain is None else f"{100 * gain:.1f} points"
        yield f"smallest detectable gain: {points} ({self.assumptions})"
        for label in unresolved_models(self.graph.suite):
            yield f"unresolved: {label} has no revision; `run` asks the hub once and records it"
        for warning in suite_warnings(self.graph.suite):
            yield f"warning: {warning}"

    def _stages(self) -> Iterator[str]:
        for stage in self.graph.stages:
            done = "done" if stage.key in self.done else "-"
            yield f"{stage.key[:12]} {done:5}{stage.kind:9} {stage.label}"


def _duration(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return "unknown"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
