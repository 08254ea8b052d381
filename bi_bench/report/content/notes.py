"""The notes under the tables: what the numbers leave out, and which contrasts were refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bi_bench.artifacts.run_record import SuiteRecord
from bi_bench.report.content.row import Row

_SHARED_COSTS = (
    "Costs are means over the seeds of a row, of demonstrations, SFT, probe, RFT and all "
    "evaluations of a cell; a stage that cells share counts in full in each of them."
)


_SFT = {
    "none": "All arms take the same epochs of SFT over their demonstrations",
    "updates": 'All arms take as many SFT updates as "{0}"',
    "tokens": 'All arms learn as many tokens of demonstrations in SFT as "{0}"',
}


_RFT = {
    "steps": "the steps of RFT are the same",
    "generated_tokens": 'RFT ends when it has generated as many tokens as that of "{0}"',
    "device_seconds": 'RFT ends when it has taken as many seconds as that of "{0}"',
}


def report_notes(rows: Sequence[Row], suite: SuiteRecord) -> Iterator[str]:
    """Notes on all rows, each once."""
    yield from interval_notes(rows)
    for row in rows:
        if row.refused:
            yield f"{row.name}: refused: {row.refused}."
        if row.no_comparison:
            yield f"{row.name}: no contrast with the reference: {row.no_comparison}."
    concerned: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            concerned.setdefault(note, []).append(row.name)
    for note, places in concerned.items():
        yield f"{'All rows' if len(places) == len(rows) else '; '.join(places)}: {note}."
    if rows:
        yield _matching(suite)
        yield _SHARED_COSTS


def _matching(suite: SuiteRecord) -> str:
    sft, rft = _SFT[suite.default("match_sft", "none")], _RFT[suite.default("match_rft", "steps")]
    return f"{sft}; {rft}.".format(suite.reference)


def interval_notes(rows: Sequence[Row]) -> Iterator[str]:
    """Notes on what intervals over few seeds leave out, one for each number of seeds."""
    notes = {len(row.seeds): row.greedy.gain.note for row in rows if row.greedy is not None}
    for seeds, note in sorted(notes.items()):
        if note:
            yield f"Intervals over {seeds} seed{'s' * (seeds > 1)}: {note}; no winner is named."
