"""The progress of a running stage, passed on through a small file in its temporary folder."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bi_bench.api.events import ProgressReport
from bi_bench.artifacts.files import read_json

PROGRESS = "progress.json"
_SECONDS_BETWEEN_WRITES = 0.25
_SHOWN = (int, float, str)


class Reporter:
    """The :class:`~bi_bench.api.progress.Progress` of a worker, which writes the file.

    At most four reports a second are written, and the one whose step is the total.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS
        self._last = float("-inf")

    def __call__(
        self, *, step: int | None = None, total: int | None = None, **numbers: float | str
    ) -> None:
        """Report the current step, of how many, and any numbers worth showing."""
        now = time.monotonic()
        ends = step is not None and step == total
        if now - self._last < _SECONDS_BETWEEN_WRITES and not ends:
            return
        self._last = now
        report = {"step": step, "total": total, **numbers}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(report, default=float), encoding="utf-8")
        fresh.replace(self._path)

    def close(self) -> None:
        """Remove the file; it is no part of the result."""
        self._path.unlink(missing_ok=True)


def read_progress(folder: Path) -> ProgressReport | None:
    """The last report in a temporary folder; None if it is missing or malformed."""
    report = read_json(folder / PROGRESS)
    if report is None:
        return None
    step, total = report.pop("step", None), report.pop("total", None)
    if not _is_count(step) or not _is_count(total):
        return None
    numbers = {name: value for name, value in report.items() if isinstance(value, _SHOWN)}
    return ProgressReport(step, total, numbers)


def _is_count(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))
