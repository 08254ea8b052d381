"""The tables of analyses in the report, whatever analyses there are."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.table import TableRow
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from tests.report.conftest import Suite


def measured(suite: Suite, rows_of_cell: Callable[[str, int], list[TableRow]]) -> Report:
    """Two arms of two seeds; ``rows_of_cell(strategy, seed)`` is the table of an analysis."""
    for strategy in ("vanilla", "bridge"):
        suite.arm(strategy, "1100", "1110", seeds=(0, 1))
    for cell in suite.cells:
        axes = cell["axes"]
        key = f"mine_{axes['strategy']}_{axes['seed']}"
        cell["stages"]["analyse/mine"] = key
        rows = rows_of_cell(axes["strategy"], axes["seed"])
        suite.commit(key, {"table.json": json.dumps(rows)})
    return build_report(suite.results)


def rows(strategy: str, seed: int) -> list[TableRow]:
    value = {"vanilla": 0.25, "bridge": 0.5}[strategy] + seed
    return [
        {"when": "before", "prompts": 8, "value": value, "all": [value], "odd": None},
        {"when": "after", "prompts": 8, "value": 2.0, "all": [], "odd": 3.0 if seed else None},
    ]


def test_numbers_are_means_over_seeds_and_lists_are_left_out(suite: Suite) -> None:
    (table,) = measured(suite, rows).analyses
    assert table.name == "mine"
    facts, headings, cells = table.over_seeds()
    assert facts == {
        "benchmark": "sums",
        "model": "tiny",
        "algorithm": "grpo",
        "prompts": 8,
        "seeds": 2,
    }
    assert headings == ["strategy", "when", "value", "odd"]
    assert cells == [
        ("vanilla", "before", 0.75, None),
        ("vanilla", "after", 2.0, 3.0),
        ("bridge", "before", 1.0, None),
        ("bridge", "after", 2.0, 3.0),
    ]


def test_it_stands_in_all_forms_of_the_report(suite: Suite) -> None:
    report = measured(suite, rows)
    text, markdown = (render(report, form) for form in ("terminal", "markdown"))
    assert "mine · benchmark sums · model tiny · algorithm grpo · prompts 8 · seeds 2" in text
    (line,) = (line for line in text.splitlines() if line.startswith("bridge") and "before" in line)
    assert line.split() == ["bridge", "before", "1"]
    assert "## mine" in markdown
    assert "| bridge" in markdown
    data = json.loads(json.dumps(to_json(report)))["analyses"]["mine"]
    assert len(data) == 8
    axes = {"benchmark": "sums", "model": "tiny", "algorithm": "grpo", "strategy": "bridge"}
    assert {**axes, "seed": 1, **rows("bridge", 1)[1]} in data


def test_unfinished_analyses_are_missing_and_a_report_without_has_none(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    suite.cells[0]["stages"]["analyse/mine"] = "not_there"
    report = build_report(suite.results)
    assert report.analyses == ()
    assert to_json(report)["analyses"] == {}


def test_hostile_text_stays_in_its_cell(suite: Suite) -> None:
    nasty = "a|b <script>\x1b[31m\nx"
    report = measured(suite, lambda strategy, seed: [{nasty: nasty, "k": seed, "v": 0.5}])
    for form in ("terminal", "markdown"):
        text = render(report, form)
        assert "\x1b" not in text
        assert "<script" not in text.replace("&lt;", "") or form == "terminal"
        assert all(line.count("x") < 3 for line in text.splitlines() if "script" in line)


def test_a_table_that_is_none_says_what_to_delete(suite: Suite) -> None:
    measured(suite, rows)
    suite.change("mine_bridge_1", {"table.json": {}})
    with pytest.raises(UserError, match=r"table\.json: not a list of rows; delete .*mine_bridge_1"):
        build_report(suite.results)
