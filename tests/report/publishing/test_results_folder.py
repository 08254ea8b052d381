"""Every record in results/, and those of older schemas, still give the tables that lie beside them."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import pytest

from bi_bench.report.content.curves import read_curves
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report, published_report
from bi_bench.report.data.record import SCHEMA, open_record
from bi_bench.report.data.results import Results
from bi_bench.report.publishing.overall import overall
from bi_bench.report.publishing.publish import published_folders
from bi_bench.report.tables.export import to_csv
from bi_bench.report.write import write_files
from tests.conftest import present
from tests.factories import results

ROOT = Path(__file__).parents[3]
RESULTS = ROOT / "results"
FROZEN = Path(__file__).parent / "records"


def numbers(text: str) -> list[dict[str, object]]:
    """The rows of a CSV, numbers as such: the last digit may be another on another machine."""
    rows = csv.DictReader(io.StringIO(text))
    return [{name: number(value) for name, value in row.items()} for row in rows]


def number(text: str) -> object:
    try:
        return pytest.approx(float(text), rel=1e-9, abs=1e-12)
    except ValueError:
        return text


def by_arm(rows: list[dict[str, object]]) -> dict[tuple[object, ...], dict[str, object]]:
    axes = ("benchmark", "split", "model", "algorithm", "strategy")
    return {tuple(row[axis] for axis in axes): row for row in rows}


@cache
def made(folder: Path) -> tuple[Results, Report]:
    """A record of results/ and its report, which takes seconds, once for all tests."""
    opened = open_record(folder)
    return opened, published_report(opened)


def test_there_are_published_suites() -> None:
    assert len(published_folders(RESULTS)) >= 2


@pytest.mark.parametrize("folder", published_folders(RESULTS), ids=lambda path: path.name)
def test_a_record_gives_the_tables_beside_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The table names the figures and says what they show; their pixels are tested elsewhere.
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda figure, file, **_: Path(file).touch()
    )
    opened, report = made(folder)
    write_files(report, read_curves(opened), tmp_path)
    new, there = ((where / "report.csv").read_text() for where in (tmp_path, folder))
    assert numbers(new) == numbers(there)
    assert (tmp_path / "report.md").read_text() == (folder / "report.md").read_text()


@pytest.mark.parametrize("folder", published_folders(FROZEN), ids=lambda path: path.name)
def test_an_old_record_gives_the_numbers_that_it_always_gave(folder: Path) -> None:
    new = by_arm(numbers(to_csv(published_report(open_record(folder)))))
    there = by_arm(numbers((folder / "report.csv").read_text()))
    assert new.keys() == there.keys()
    assert len(there) == 2
    for arm, old in there.items():
        assert {
            name: new[arm][name] for name in old
        } == old  # columns may be added, none may change


def test_the_overall_leaderboard_is_what_the_records_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bi_bench.report.publishing.overall.open_record", lambda folder: folder)
    monkeypatch.setattr(
        "bi_bench.report.publishing.overall.published_report", lambda folder: made(folder)[1]
    )
    assert (RESULTS / "README.md").read_text() == overall(RESULTS)


def test_there_is_a_frozen_record_of_every_schema() -> None:
    held = {folder.name for folder in published_folders(FROZEN)}
    assert held == {f"schema-{n}" for n in range(1, SCHEMA + 1)}


@pytest.mark.parametrize("contrast", ["gain", "final"])
@pytest.mark.parametrize("score", ["greedy", "sampled"])
def test_sabotage_and_what_else_gains_and_ends_lower_stands_above_nothing(
    contrast: str, score: str
) -> None:
    """Sampled, sabotage gains 15 points more than the reference arm and ends 3 points below it."""
    opened, _ = made(RESULTS / "math")
    record = opened.record.to_json()
    primary = {"contrast": contrast, "score": score, "split": "test-id", "declared": True}
    changed = {**record, "suite": {**record["suite"], "primary": primary}}
    rows = [
        row for row in build_report(results(changed, opened.store)).rows if row.split == "test-id"
    ]
    assert rows[0].is_reference
    lower = [row for row in rows if row.strategy in ("sabotage", "bridge")]
    assert all(present(row.standing).place != "above" for row in lower)
    if score == "sampled":
        assert {row.label("sampled") for row in lower} == {"recovered, not improved"}
        assert {present(row.standing).place for row in lower} == {"below"}
