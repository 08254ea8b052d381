"""The report of a suite as numbers, before it becomes text, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bi_bench.artifacts.artifact import Json
from bi_bench.report.content.analyses import AnalysisTable
from bi_bench.report.content.decoders import DecoderRow
from bi_bench.report.content.published import Published
from bi_bench.report.content.row import Row, score_name
from bi_bench.report.content.sweeps import Sweep
from bi_bench.report.data.cells import Unfinished


@dataclass(frozen=True)
class Report:
    """A whole suite as numbers; ``skipped`` holds every cell that is not complete.

    ``figures`` names those that are drawn, all if it is empty.
    """

    suite: str
    description: str
    reference: str
    command: str
    numerics: Mapping[str, Json]
    versions: Mapping[str, str | None]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    skipped: tuple[Unfinished, ...]
    analyses: tuple[AnalysisTable, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    published: tuple[Published, ...] = ()
    decoders: tuple[DecoderRow, ...] = ()
    figures: tuple[str, ...] = ()
    machines: tuple[Mapping[str, str], ...] = ()

    @property
    def made_with(self) -> dict[str, str]:
        """Numerics and versions as text, by name."""
        return {name: str(value) for name, value in {**self.numerics, **self.versions}.items()}

    @property
    def score(self) -> str:
        """The name of what greedy answers get: "accuracy", or "score" where some get partial credit."""
        return score_name(self.rows)

    @property
    def machine_lines(self) -> list[str]:
        """The kinds of machine, a line each."""
        return ["; ".join(f"{k} {v}" for k, v in machine.items()) for machine in self.machines]

    @property
    def missing(self) -> list[Unfinished]:
        """The cells that failed or have not run; those skipped or declined with a reason are complete."""
        return [one for one in self.skipped if one.status in ("failed", "damaged", "not run yet")]
