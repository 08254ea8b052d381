"""Published numbers and arms of one strategy: tables beside the scores, and in no contrast."""

from __future__ import annotations

import json
from typing import Any

import matplotlib
import pytest

from bi_bench.artifacts.run_record import SuiteRecord
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.content.sweeps import Sweep, find_sweeps
from bi_bench.report.figures.draw import OWN
from bi_bench.report.figures.style import RC
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from bi_bench.report.tables.sections import markdown_sections
from tests.conftest import present
from tests.factories import results
from tests.report.conftest import Suite

THEIRS = {
    "benchmark": "sums",
    "split": "test-id",
    "model": "tiny",
    "algorithm": "grpo",
    "strategy": "bridge",
    "pre": 44.8,
    "post": 91.4,
    "gain": 46.6,
    "tag": "S",
    "source": "notes | about it",
    "note": "presumably ID",
}


def report(suite: Suite, **more: object) -> Report:
    record = suite.record
    record["suite"] |= more
    return build_report(results(record, suite.store))


def test_published_numbers_stand_beside_ours_with_their_tag(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    suite.arm("bridge", "1000", "1110")
    plain, shown = report(suite), report(suite, published=[THEIRS])
    assert shown.rows == plain.rows
    text = render(shown, "markdown")
    assert "## Published elsewhere, not measured here" in text
    (line,) = (each for each in text.splitlines() if "46.6" in each)
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[:-1] == [
        *("sums · test-id", "tiny", "grpo", "bridge"),
        *("44.8", "91.4", "+46.6", "S", "25.0", "75.0"),
    ]
    assert cells[-1].startswith("+50.0 ")
    assert "S: second-hand, never verified" in text
    assert "notes \\| about it (presumably ID)" in text
    terminal = render(shown, "terminal")
    assert "Published elsewhere, not measured here" in terminal
    assert "46.6" in terminal
    (data,) = json.loads(json.dumps(to_json(shown)))["published"]
    assert (data["pre"], data["post"], data["gain"]) == (0.448, 0.914, 0.466)
    assert "ublished" not in render(plain, "markdown") + render(plain, "terminal")


def test_a_row_that_is_not_finished_leaves_our_columns_empty(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    only = {**THEIRS, "pre": None, "post": None, "gain": 53.0}
    text = render(report(suite, published=[only]), "markdown")
    (line,) = (each for each in text.splitlines() if "+53.0" in each)
    assert [cell.strip() for cell in line.strip("|").split("|")][4:] == [
        *("", "", "+53.0", "S", "", "", "")
    ]


def sweeps(**parts: Any) -> tuple[Sweep, ...]:
    return find_sweeps(SuiteRecord(name="quick", reference="vanilla", **parts))


def arms(**params: tuple[float, int, bool]) -> dict[str, Any]:
    return {
        name: {"name": "bridge", "params": {"p": p, "level": level, "deep": deep}}
        for name, (p, level, deep) in params.items()
    }


STRATEGIES = {
    "vanilla": {"name": "vanilla", "params": {}},
    **arms(b10=(0.1, 2, True), b0=(0.0, 2, True), b40=(0.4, 2, True), off=(0.1, 0, False)),
}


def test_a_sweep_has_what_differs_and_curves_of_one_number() -> None:
    (sweep,) = sweeps(strategies=STRATEGIES)
    assert sweep.plugin == "bridge"
    assert sweep.parameters == ("p", "level", "deep")
    assert list(sweep.arms) == ["b10", "b0", "b40", "off"]
    (curve,) = sweep.curves()
    assert curve.parameter == "p"
    assert curve.fixed == {"level": 2, "deep": True}
    assert dict(curve.arms) == {0.0: "b0", 0.1: "b10", 0.4: "b40"}
    assert list(curve.arms) == [0.0, 0.1, 0.4]


def test_two_values_or_a_switch_make_no_curve() -> None:
    found = sweeps(strategies=arms(a=(0.1, 2, True), b=(0.2, 2, True)))
    assert found[0].parameters == ("p",)
    assert found[0].curves() == []
    found = sweeps(strategies=arms(a=(0.1, 2, True), b=(0.1, 2, False)))
    assert found[0].curves() == []


def test_older_records_have_only_what_the_suite_file_says() -> None:
    entries = ["vanilla", "bridge", {"name": "bridge", "p": 0.3, "label": "b30"}]
    (sweep,) = sweeps(source={"matrix": {"strategies": entries}})
    assert sweep.arms == {"bridge": {"p": None}, "b30": {"p": 0.3}}
    assert sweeps(source={}) == ()


def test_the_table_and_the_curve_have_the_gains_of_the_rows(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    for name, post in (("b10", "1110"), ("b0", "1100"), ("b40", "1111"), ("off", "0100")):
        suite.arm(name, "1100", post)
    found = report(suite, strategies=STRATEGIES)
    heading, name, table, *_ = markdown_sections(found, ())
    assert heading == "## Arms of one strategy"
    assert name == "bridge: sums · test-id · tiny · grpo"
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[0] == [*("arm", "p", "level", "deep", "pre", "post", "gain", "final vs reference")]
    assert [row[:6] for row in rows[2:]] == [
        ["b10", "0.1", "2", "yes", "50.0", "75.0"],
        ["b0", "0", "2", "yes", "50.0", "50.0"],
        ["b40", "0.4", "2", "yes", "50.0", "100.0"],
        ["off", "0.1", "0", "no", "50.0", "25.0"],
    ]
    with matplotlib.rc_context(RC):
        figure, caption = present(OWN["sweep"](found, ()))
    (axes,) = figure.axes
    points = axes.containers[0].lines[0]
    assert list(points.get_xdata()) == pytest.approx([0, 0.1, 0.4])
    assert list(points.get_ydata()) == pytest.approx([0, 25, 50])
    (dashed,) = (line for line in axes.lines if line.get_linestyle() == "--")
    assert dashed.get_ydata()[0] == pytest.approx(25)
    assert axes.get_xlabel() == "bridge.p"
    assert axes.get_title() == "level 2, deep yes"
    assert "vanilla" in caption
