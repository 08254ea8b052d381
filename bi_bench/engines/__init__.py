"""Engines run a stage graph; they know processes and resources, and nothing about models."""

from __future__ import annotations

from bi_bench.api.events import Event, EventKind, Outcome, ProgressReport, Status
from bi_bench.engines.conduct import Conductor
from bi_bench.engines.single import run_stage_here

__all__ = [
    "Conductor",
    "Event",
    "EventKind",
    "Outcome",
    "ProgressReport",
    "Status",
    "run_stage_here",
]
