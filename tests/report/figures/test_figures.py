"""The figures of a report: which are drawn, from what, and where they stand."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from matplotlib.figure import Figure

from bi_bench.api import Bars, Lines
from bi_bench.api.figure import FIGURES, Drawing, drawing_from_json, drawing_to_json
from bi_bench.report.content.curves import read_curves
from bi_bench.report.content.rows import build_report
from bi_bench.report.figures.bars import draw_bars
from bi_bench.report.figures.draw import OWN, draw_all
from bi_bench.report.figures.lines import draw_lines
from bi_bench.report.figures.style import COLOURS, RC, Drawn, save, strategy_styles
from bi_bench.report.write import cached_text, where_written, write_report
from tests.conftest import present
from tests.factories import results
from tests.report.conftest import Suite

RUN = "quick-12ab"
BARS = Bars({"value": "value (units)"}, "when", {"value": "all"}, "Values.")
LINES = Lines({"value": "value (units)"}, "step", "RFT step", "when", "Values over steps.")


def table(strategy: str, seed: int) -> list[dict[str, Any]]:
    base = {"vanilla": 1.0, "bridge": 3.0}[strategy] + seed
    rows = [
        (f"{when}/test-id", step, base + step / 10)
        for when in ("post", "pre")
        for step in (1, 2, 10)
    ]
    return [
        {"when": when, "step": step, "value": value, "all": [value - 1, None, value + 1]}
        for when, step, value in rows
    ]


@pytest.fixture
def drawn(suite: Suite) -> Suite:
    """Two arms of two seeds with a table to draw, and a second probe of one of them."""
    for strategy in ("vanilla", "bridge"):
        suite.arm(strategy, "1100", "1110", seeds=(0, 1))
    for cell in suite.cells:
        axes = cell["axes"]
        key = f"mine_{axes['strategy']}_{axes['seed']}"
        cell["stages"]["analyse/mine: $x$"] = key
        rows = table(axes["strategy"], axes["seed"])
        suite.commit(key, {"table.json": json.dumps(rows)})
    suite.more = {"drawings": {"mine: $x$": [drawing_to_json(d) for d in (BARS, LINES)]}}
    return suite


def record(suite: Suite, **more: object) -> dict[str, Any]:
    found = suite.record
    found["suite"] |= more
    return found


def own(suite: Suite, name: str) -> Drawn:
    """The named figure, before it is saved."""
    kept = results(record(suite), suite.store)
    with matplotlib.rc_context(RC):
        return present(OWN[name](build_report(kept), read_curves(kept)))


def legend(figure: Figure) -> list[str]:
    (found,) = figure.legends
    return [text.get_text() for text in found.get_texts()]


def test_the_names_that_suites_may_use_are_those_that_are_drawn() -> None:
    assert tuple(OWN) == FIGURES


def test_all_figures_with_data_are_written_and_shown_in_markdown(drawn: Suite) -> None:
    write_report(results(record(drawn), drawn.store, RUN))
    folder = drawn.store.run_folder(RUN)
    names = ["accuracy", "rewards", "rollouts", "lengths", "tokens", "mine-x-bars", "mine-x-lines"]
    files = [f"figures/{name}.png" for name in names]
    assert where_written(results(record(drawn), drawn.store)).endswith(
        f"figures/*.png: {', '.join(names)}"
    )
    assert {f"figures/{path.name}" for path in (folder / "figures").iterdir()} == set(files)
    text = (folder / "report.md").read_text()
    places = [text.index(f"]({file})\n\n*") for file in files]
    assert places == sorted(places)
    assert text.index("## mine: ") < text.index("mine-x-bars")
    assert "means over 2 seeds" in text
    for file in files:
        data = (folder / file).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", data[16:24])
        assert 800 <= width <= 1500
        assert 150 <= height <= 1500


def test_figures_are_chosen_by_name_and_old_ones_go(drawn: Suite) -> None:
    write_report(results(record(drawn), drawn.store, RUN))
    other = drawn.store.run_folder(RUN) / "figures" / "my-own.png"
    other.write_bytes(b"not of the report")
    chosen = record(drawn, figures=["rewards", "mine: $x$"])
    assert cached_text(results(chosen, drawn.store, RUN)) is None
    write_report(results(chosen, drawn.store, RUN))
    left = sorted(path.name for path in other.parent.iterdir())
    assert left == ["mine-x-bars.png", "mine-x-lines.png", "my-own.png", "rewards.png"]
    assert cached_text(results(chosen, drawn.store, RUN))
    (other.parent / "rewards.png").unlink()
    assert cached_text(results(chosen, drawn.store, RUN)) is None


def test_a_report_that_lists_files_elsewhere_removes_none_of_them(drawn: Suite) -> None:
    write_report(results(record(drawn), drawn.store, RUN))
    folder = drawn.store.run_folder(RUN)
    (folder / "run.json").write_text("{}")
    index = json.loads((folder / "report.json").read_text())
    index["figures"] = [{"file": "run.json"}, {"file": "figures/../run.json"}, {"file": 3}]
    (folder / "report.json").write_text(json.dumps(index))
    write_report(results(record(drawn), drawn.store, RUN))
    assert (folder / "run.json").exists()


def test_nothing_is_drawn_without_data(suite: Suite, tmp_path: Path) -> None:
    suite.cell()
    report = build_report(results(record(suite), suite.store))
    assert (
        draw_all(report, read_curves(results(record(suite), suite.store)), tmp_path / "none") == []
    )
    assert not (tmp_path / "none").exists()


def test_rewards_are_means_with_a_band_over_seeds(drawn: Suite) -> None:
    key = drawn.cells[0]["stages"]["rft"]
    drawn.change(key, {"history.jsonl": '{"reward": 0.5}\n{"reward": 1.0}\n'})
    figure, caption = own(drawn, "rewards")
    (axes,) = figure.axes
    vanilla, bridge = axes.lines
    # Seed 0 has two steps of the four that seed 1 has.
    assert list(vanilla.get_xdata()) == [1, 2]
    assert list(vanilla.get_ydata()) == pytest.approx([(0.5 + 0.1) / 2, (1.0 + 0.2) / 2])
    assert list(bridge.get_ydata()) == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert len(axes.collections) == 2
    assert legend(figure) == ["vanilla", "bridge"]
    assert "band" in caption


def test_rollouts_show_the_second_probe_where_there_is_one(drawn: Suite) -> None:
    for cell in drawn.cells[:2]:
        key = cell["stages"]["probe-rft"] = f"after_{cell['axes']['seed']}"
        summary = {"samples": 4, "problems": 4, "histogram": [0, 0, 1, 0, 3]}
        summary |= {"accuracy": 0.875, "informative": 0.25, "spread": 0.125}
        drawn.commit(key, {"summary.json": summary})
    figure, _ = own(drawn, "rollouts")
    vanilla, bridge = figure.axes
    assert [bar.get_height() for bar in vanilla.containers[0]] == [0, 50, 0, 0, 50]
    (outline,) = [p for p in vanilla.patches if hasattr(p, "get_data")]
    assert list(outline.get_data().values) == [0, 0, 25, 0, 75]
    assert vanilla.texts[0].get_text() == "0 < accuracy < 1: 50 → 25 %"
    assert bridge.texts[0].get_text() == "0 < accuracy < 1: 50 %"
    assert legend(figure) == ["SFT model, before RFT", "after RFT"]


def test_accuracy_lengths_and_tokens_are_those_of_the_rows(drawn: Suite) -> None:
    report = build_report(results(record(drawn), drawn.store))
    row = report.rows[0]
    (axes,) = own(drawn, "accuracy").figure.axes
    assert list(axes.lines[0].get_xdata()) == [50, 75]
    assert axes.lines[-1].get_xdata()[0] == pytest.approx(100 * row.floor)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["vanilla", "bridge"]
    (axes,) = own(drawn, "lengths").figure.axes
    assert list(axes.lines[0].get_xdata()) == [20, 20]
    (axes,) = own(drawn, "tokens").figure.axes
    points = axes.containers[0].lines[0]
    assert list(points.get_xdata()) == [row.costs.tokens_generated]
    assert list(points.get_ydata()) == pytest.approx([25])


def test_bars_are_means_with_seeds_and_the_middle_half(drawn: Suite) -> None:
    (analysis,) = build_report(results(record(drawn), drawn.store)).analyses
    with matplotlib.rc_context(RC):
        figure, caption = present(draw_bars(analysis, BARS))
    (axes,) = figure.axes
    # Two groups of two arms; before stands before after, although the table has it last.
    ticks = [tick.get_text() for tick in axes.get_xticklabels()]
    assert ticks == ["pre/test-id", "post/test-id"]
    steps = (0.1 + 0.2 + 1.0) / 3
    heights = [bar.get_height() for container in axes.containers for bar in container]
    assert heights == pytest.approx([1.5 + steps] * 2 + [3.5 + steps] * 2)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert sorted(dots[0].get_ydata()) == pytest.approx([1 + steps, 2 + steps])
    assert axes.get_ylabel() == "value (units)"
    assert "middle half" in caption
    assert "A dot is one seed" in caption


def test_a_missing_bar_is_marked(drawn: Suite) -> None:
    (analysis,) = build_report(results(record(drawn), drawn.store)).analyses
    rows = [{**r, "value": None if r["strategy"] == "bridge" else 0.0} for r in analysis.rows]
    with matplotlib.rc_context(RC):
        figure, _ = present(draw_bars(type(analysis)("mine", tuple(rows)), BARS))
    (axes,) = figure.axes
    assert sum(line.get_marker() == "x" for line in axes.lines) == 2


def test_lines_have_a_panel_for_each_evaluation(drawn: Suite) -> None:
    (analysis,) = build_report(results(record(drawn), drawn.store)).analyses
    with matplotlib.rc_context(RC):
        figure, _ = present(draw_lines(analysis, LINES))
    assert [axes.get_title() for axes in figure.axes] == ["pre/test-id", "post/test-id"]
    vanilla, _ = figure.axes[0].lines
    assert list(vanilla.get_xdata()) == [1, 2, 10]
    assert list(vanilla.get_ydata()) == pytest.approx([1.6, 1.7, 2.5])


def test_texts_stand_side_by_side_in_their_order(drawn: Suite) -> None:
    (analysis,) = build_report(results(record(drawn), drawn.store)).analyses
    names = {1: "sft", 2: "step 2", 10: "rft"}
    rows = tuple({**row, "step": names[row["step"]]} for row in analysis.rows)
    with matplotlib.rc_context(RC):
        figure, _ = present(draw_lines(type(analysis)("mine", rows), LINES))
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert ticks == ["sft", "step 2", "rft"]


@pytest.mark.parametrize(
    "drawing",
    [Bars({"gone": "gone"}, "when"), Bars({"value": "v"}, "gone"), Lines({"value": "v"}, "all")],
)
def test_columns_that_cannot_be_drawn_give_no_figure(drawn: Suite, drawing: Drawing) -> None:
    (analysis,) = build_report(results(record(drawn), drawn.store)).analyses
    if isinstance(drawing, Bars):
        assert draw_bars(analysis, drawing) is None
    else:
        assert draw_lines(analysis, drawing) is None


def test_a_record_without_drawings_or_with_unknown_ones_still_has_its_table(drawn: Suite) -> None:
    for drawings in ({}, {"mine: $x$": [{"kind": "pie"}, {"kind": "bars", "slices": 3}, {}]}):
        (analysis,) = build_report(results(record(drawn, drawings=drawings), drawn.store)).analyses
        assert analysis.rows
        assert analysis.drawings == ()


@pytest.mark.parametrize("drawing", [BARS, LINES])
def test_a_declaration_survives_the_run_record(drawing: Drawing) -> None:
    assert drawing_from_json(json.loads(json.dumps(drawing_to_json(drawing)))) == drawing


def test_twelve_arms_of_two_benchmarks_look_different_and_fit(suite: Suite, tmp_path: Path) -> None:
    names = [f"arm {n} with quite a long label indeed" for n in range(12)]
    for benchmark in ("a-benchmark-with-a-long-label", "sums"):
        for name in names:
            suite.arm(name, "1100", "1110", seeds=(0,), benchmark=benchmark)
    suite.reference = names[0]
    styles = strategy_styles(names)
    assert len(set(styles.values())) == 12
    assert {style.colour for style in styles.values()} == set(COLOURS)
    figure, _ = own(suite, "tokens")
    assert [axes.get_title() for axes in figure.axes] == [
        "a-benchmark-with-a-long-label · test-id",
        "sums · test-id",
    ]
    save(figure, tmp_path / "twelve.png")
    (legend_,) = figure.legends
    box, page = legend_.get_window_extent(), figure.bbox
    assert box.x0 >= page.x0
    assert box.x1 <= page.x1
    assert all(axes.get_tightbbox().y0 >= box.y1 for axes in figure.axes)
