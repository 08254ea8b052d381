"""The plan: from a suite to a stage graph, with content keys, estimates and explanations."""

from __future__ import annotations

from bi_bench.api.engine import Resources
from bi_bench.plan.build import plan_suite
from bi_bench.plan.graph import CellStages, StageGraph
from bi_bench.plan.stage import Stage, content_key

__all__ = ["CellStages", "Resources", "Stage", "StageGraph", "content_key", "plan_suite"]
