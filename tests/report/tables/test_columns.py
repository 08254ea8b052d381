"""One declaration makes a column of every output."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import TYPE_CHECKING, get_args

import pytest

from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.exports.latex import to_latex
from bi_bench.report.site.columns import GROUPS
from bi_bench.report.site.page import render_page
from bi_bench.report.site.write import row_ids
from bi_bench.report.tables import columns
from bi_bench.report.tables.column import Column, Group, Interval, Shown, Terminal
from bi_bench.report.tables.export import flat_rows, to_csv, to_json
from bi_bench.report.tables.legend import legend
from bi_bench.report.tables.render import render
from bi_bench.report.text import signed

if TYPE_CHECKING:
    from tests.report.conftest import Suite

NOVEL = Column(
    "novelty",
    lambda row: row.greedy.gain.estimate if row.greedy else None,
    lambda row: signed(row.greedy.gain if row.greedy else None)._replace(main="fresh"),
    Interval("novelty_low", "novelty_high", lambda row: row.greedy.gain if row.greedy else None),
    Shown(
        "novelty vs {reference}",
        "scores",
        terminal=Terminal(),
        drawn=True,
        sentence="novelty: how new it is.",
    ),
)


@pytest.fixture
def report(suite: Suite) -> Report:
    suite.arm("vanilla", "1100", "1110")
    suite.arm("bridge", "1000", "1111")
    return build_report(suite.results)


def outputs(report: Report) -> dict[str, str]:
    return {
        "terminal": render(report, "terminal"),
        "markdown": render(report, "markdown"),
        "csv": to_csv(report),
        "json": json.dumps(to_json(report)),
        "page": html.unescape(render_page(report, row_ids(report.rows), "mark")),
        "latex": to_latex(report),
        "legend": "\n".join(legend(report.rows)),
    }


def test_one_declaration_shows_a_column_in_every_output(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = outputs(report)
    monkeypatch.setattr(columns, "COLUMNS", (*columns.COLUMNS, NOVEL))
    after = outputs(report)
    assert not any("novelty" in text for text in before.values())
    assert report.rows[1].greedy is not None
    contrast = report.rows[1].greedy.gain
    for name in ("terminal", "markdown", "page", "latex"):
        assert "novelty vs vanilla" in after[name], name
        assert after[name].count("fresh") == len(report.rows), name
    (line,) = (line for line in after["terminal"].splitlines() if line.startswith("bridge"))
    assert line.endswith(f"  fresh {signed(contrast).interval}")
    rows = list(csv.DictReader(io.StringIO(after["csv"], newline="")))
    assert float(rows[1]["novelty"]) == contrast.estimate
    assert float(rows[1]["novelty_high"]) == contrast.high
    assert json.loads(after["json"])["rows"][1]["novelty_low"] == contrast.low
    assert after["page"].count("<svg") == before["page"].count("<svg") + len(rows)
    for name in ("terminal", "markdown", "page", "latex", "legend"):
        assert "novelty: how new it is." in " ".join(after[name].split()), name


def test_names_are_told_apart(report: Report) -> None:
    row = report.rows[1]
    names = [name for column in columns.COLUMNS for name in column.values(row)]
    assert len(names) == len(set(names))
    assert set(flat_rows([row])[0]) == {name for name in names if not name.endswith("_semantic")}
    keys = [column.key for column in columns.COLUMNS]
    assert len(keys) == len(set(keys))


def test_every_group_of_the_page_has_a_name() -> None:
    assert ["axes", *GROUPS] == list(get_args(Group))
    assert {column.shown.group for column in columns.page_columns()} == {*get_args(Group)} - {
        "more"
    }


def test_columns_stand_in_the_order_of_reading() -> None:
    terminal = [column.shown.heading for column in columns.terminal_columns()]
    assert terminal == [
        *("group", "pre", "post", "gain", "gain@{k}", "final vs {reference}", "label", "marks"),
        *("overlap", "inform.", "tokens", "min"),
    ]
    facts = [column.shown.heading for column in columns.table_columns("facts")]
    assert facts == ["model", "algorithm", "problems", "samples", "seeds", "floor"]


def test_text_for_machines_alone_is_not_shown() -> None:
    shown = {column.key for column in columns.shown_columns()}
    assert "gain_df" not in shown
    assert "tokens" in shown
