from __future__ import annotations

import csv
import io
import json
import re

import pytest

from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import to_csv, to_json
from bi_bench.report.tables.render import render
from bi_bench.report.text import markdown, percent, plain, points
from bi_bench.stats import Contrast
from tests.conftest import present
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference

HOSTILE = [
    "a|b",
    "<script>alert(1)</script>",
    "two\nlines\r\nand\u2028more",
    "\x1b[31mred\x1b[0m\x07",
    "**bold** [x](javascript:1) `code` $x$ ![i](u)",
    '=1+1,"quoted"',
]


def hostile_report(suite: Suite) -> Report:
    suite.reference = HOSTILE[0]
    for strategy in HOSTILE:
        suite.arm(strategy, "1100", "1110", seeds=(0,))
    suite.cell(HOSTILE[1], 1, skip=" ".join(HOSTILE))
    return build_report(suite.results)


def test_labels_cannot_break_the_markdown_table(suite: Suite) -> None:
    text = render(hostile_report(suite), "markdown")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    assert len(tables) == 2 * (2 + len(HOSTILE))
    assert len(set(columns[: len(columns) // 2])) == 1
    assert len(set(columns[len(columns) // 2 :])) == 1
    assert "<" not in text.replace("&lt;", "")
    assert not any(char in text for char in "\x1b\x07\r\u2028")
    assert not re.search(r"(?<!\\)[$`*!]", text)
    assert not re.search(r"(?<!\\)\[[^\]]*[^\\]\]\(", text)


def test_labels_cannot_steer_the_terminal(suite: Suite) -> None:
    text = render(hostile_report(suite), "terminal")
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "\u2028" not in text
    assert "two lines and more" in text
    assert re.search(r"^red ", text, re.MULTILINE)


def test_the_terminal_table_is_compact(suite: Suite) -> None:
    end = ["1" * 24 + "0" * 16, "1" * 25 + "0" * 15, "1" * 23 + "0" * 17]
    suite.arm("vanilla", "1" * 20 + "0" * 20, end)
    suite.arm("sabotage", "1" * 4 + "0" * 36, end[::-1])
    suite.arm("rephrase", "1" * 20 + "0" * 20, end, seeds=(0, 1))
    suite.cell("rephrase", 2)
    text = render(build_report(suite.results), "terminal")
    assert max(map(len, text.splitlines())) <= 140
    (title,) = (line for line in text.splitlines() if line.startswith("sums · test-id"))
    for fact in ("model tiny", "algorithm grpo", "problems 40", "samples 2", 'floor 50.0 % ("3")'):
        assert fact in title
    (row,) = (line for line in text.splitlines() if line.startswith("sabotage"))
    assert row.split()[:5] == ["sabotage", "3", "1", "10.0", "60.0"]
    assert "+50.0 [" in row
    assert "not corrected for the number of comparisons" in " ".join(text.split())


def test_columns_appear_only_where_they_say_something(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    text = render(build_report(suite.results), "terminal")
    heading = next(line for line in text.splitlines() if line.startswith("strategy"))
    assert heading.split()[1:5] == ["pre", "post", "gain", "gain@2"]
    assert "marks" not in heading
    assert "final vs" not in heading
    assert "seeds 3" in text


def test_csv_gives_back_every_number(suite: Suite) -> None:
    report = hostile_report(suite)
    rows = list(csv.DictReader(io.StringIO(to_csv(report), newline="")))
    assert len(rows) == len(report.rows)
    for read, row in zip(rows, report.rows, strict=True):
        assert read["strategy"] == row.strategy
        assert float(read["gain_low"]) == present(row.greedy).gain.low
        assert float(read["gain_high_k"]) == present(row.sampled).gain.high
        assert float(read["spread"]) == present(row.readiness).spread
        assert read["derivation_pre"] == ""


def test_json_gives_back_every_number(suite: Suite) -> None:
    report = hostile_report(suite)
    data = json.loads(json.dumps(to_json(report)))
    assert data == to_json(report) | {"skipped": data["skipped"]}
    assert data["rows"][1]["final_vs_reference"] == final_difference(report.rows[1].greedy).estimate
    assert data["rows"][0]["final_vs_reference"] is None
    assert data["skipped"][0]["reason"] == " ".join(HOSTILE)


def test_csv_without_rows_is_empty(suite: Suite) -> None:
    suite.cell()
    assert to_csv(build_report(suite.results)) == ""


@pytest.mark.parametrize(
    ("share", "text"), [(0.4133, "41.3"), (-1e-9, "0.0"), (1.0, "100.0"), (None, "")]
)
def test_percent(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_points_have_a_sign() -> None:
    assert points(Contrast(0.041, -0.012, 0.07, "t", 3, 9, 2.0)) == "+4.1 [-1.2, 7.0]"
    assert points(Contrast(-0.0, -0.0, 0.0, "t", 3, 9, 2.0)) == "+0.0 [0.0, 0.0]"


def test_escaping_leaves_ordinary_labels_alone() -> None:
    for label in ("bridge", "igsm-med (ops 3)", "größe 1.5", "模型"):
        assert plain(label) == markdown(label) == label
