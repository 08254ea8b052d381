"""The table of decoders: paired with the checkpoints of the same cells, and apart from the arms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bi_bench.report.content.rows import build_report
from bi_bench.report.site.page import render_page
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from tests.report.conftest import Suite, outcomes


def decode(suite: Suite, right: str, **changes: Any) -> None:
    for cell in suite.cells:
        key = f"decoded_{cell['stages']['rft']}"
        cell["stages"]["decoded/rast/test-id"] = key
        drawn = outcomes(right, seed=cell["axes"]["seed"], **changes)
        suite.commit(key, {"outcomes.json": drawn})


def test_a_decoder_is_compared_with_both_checkpoints_of_its_cell(suite: Suite) -> None:
    suite.arm("vanilla", "1000", "1110")
    alone = build_report(suite.results)
    decode(suite, "1100")
    report = build_report(suite.results)
    assert (report.rows, alone.decoders) == (alone.rows, ())
    greedy, sampled = report.decoders
    assert (greedy.decoder, greedy.evaluation, greedy.seeds) == ("rast", "sums · test-id", 3)
    assert (greedy.score.estimate, greedy.gain.estimate, greedy.over_rft.estimate) == (
        *(0.5, 0.25, -0.25),
    )
    assert (sampled.kind, sampled.samples) == ("sampled", 2)
    for text in (render(report, "markdown"), render(report, "terminal")):
        (line,) = (each for each in text.splitlines() if "rast" in each and "greedy" in each)
        assert {"50.0", "+25.0", "-25.0"} <= set(line.split())
        assert "mean@2" in text
    page = render_page(report, ["row"] * len(report.rows), "")
    assert page.count("<td>rast</td>") == 2
    assert len(json.loads(json.dumps(to_json(report)))["decoders"]) == 2
    assert "Decoders" not in render(alone, "markdown") + render(alone, "terminal")


@pytest.mark.parametrize("changes", [{"digest": "other"}, {"problems": ["p0", "p1", "p2", "q"]}])
def test_other_problems_are_not_compared(suite: Suite, changes: dict[str, object]) -> None:
    suite.arm("vanilla", "1000", "1110")
    decode(suite, "1100", **changes)
    assert build_report(suite.results).decoders == ()


def test_reasons_and_missing_evaluations_are_listed(suite: Suite) -> None:
    suite.arm("vanilla", "1000", "1110", seeds=(0,))
    (cell,) = suite.cells
    cell["undecoded"] = {"rast": "it reads a checkpoint of nobody"}
    cell["stages"]["decoded/late/test-id"] = "not-there"
    report = build_report(suite.results)
    assert any(
        "decoded/rast: it reads a checkpoint of nobody" in one.line for one in report.skipped
    )
    assert report.decoders == ()
    assert report.rows
