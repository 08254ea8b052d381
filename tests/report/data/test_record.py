from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.role import pre
from bi_bench.artifacts.stage_record import Failure
from bi_bench.report.content.rows import build_report
from bi_bench.report.data.fold import fold, unfold
from bi_bench.report.data.paths import without_paths
from bi_bench.report.data.record import SCHEMA, open_record, pack, to_text
from bi_bench.report.tables.export import to_csv, to_json
from bi_bench.report.tables.render import render
from tests.factories import results
from tests.report.conftest import Suite

NAME = "quick-12ab"


@pytest.fixture
def small(suite: Suite) -> Suite:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    suite.arm("bridge", "1000", "1111", seeds=(0, 1))
    failed = suite.cell("bridge", 2)["stages"]["sft"]
    failure = Failure(
        type="Crash",
        message="no /home/me/data/x.jsonl",
        user=True,
        traceback="secret",
        log="/tmp/x/log.txt",
    )
    suite.store.write_failure(failed, failure)
    return suite


def packed(suite: Suite, tmp_path: Path) -> Path:
    file = tmp_path / "record.json"
    file.write_text(to_text(pack(results(suite.record, suite.store, NAME))))
    return file


def rich(n: int = 40) -> dict[str, Any]:
    """Values of every kind that folding treats in its own way."""
    return {
        "flags": [True, False, None] * n,
        "grid": [[1, 0, 1], [0, 0, 0]] * n,
        "numbers": [0, 0.0, -0.0, 1, 1.0, True, "1"] * n,
        "single": [0.10000000149011612, 3.4e-08, 2.5, 1e-45] * 1 + [0.47203221917152405] * 9,
        "double": [0.1 + i for i in range(n)],
        "odd": [float("inf"), float("-inf")] * n,
        "rows": [{"a": i, "b": "x" * 50, "c": [i]} for i in range(n)],
        "uneven": [{"a": 1}, {"b": 1}],
        "names": [f"p/{i:06}" for i in range(n)],
        "again": {"deep": [f"p/{i:06}" for i in range(n)]},
        "dollar": {"$same": 0, "$few": [1], "plain": {"$dict": 3}},
        "columns": [{"$columns": 1, "x": 2}] * n,
        "empty": [[], {}, "", [[]] * n],
        "text": ["lone \ud800 surrogate", "\x1b[31m", "{" * 100],
    }


def exactly(value: object) -> str:
    """Text that tells 1, 1.0 and True apart, and the order of names."""
    return json.dumps(value)


def test_folding_gives_back_exactly_what_it_took() -> None:
    assert exactly(unfold(*fold(rich()))) == exactly(rich())
    folded = json.loads(json.dumps(fold(rich()), allow_nan=False))
    assert exactly(unfold(*folded)) == exactly(rich())
    assert fold([float("nan")] * 9)[0] == [{"$float": "nan"}] * 9


def test_folding_makes_repetition_small() -> None:
    one = {"problems": [f"p/{i:06}" for i in range(300)], "greedy": [True] * 300}
    outcomes = {str(n): one | {"tokens": n} for n in range(50)}
    assert len(json.dumps(fold(outcomes))) < 9_000 < 100_000 < len(json.dumps(outcomes))


def test_a_published_record_gives_the_report_of_the_run(small: Suite, tmp_path: Path) -> None:
    opened = open_record(packed(small, tmp_path))
    ours, theirs = build_report(small.results), build_report(opened)
    assert to_csv(theirs) == to_csv(ours)
    assert len(ours.rows) == 2
    text = render(ours, "markdown").replace("/home/me/data/", "…/")
    assert render(theirs, "markdown") == text
    assert opened.store.read_run(NAME) == opened.record
    assert to_json(theirs)["rows"] == to_json(ours)["rows"]


def test_packing_again_gives_the_same_bytes(small: Suite, tmp_path: Path) -> None:
    file = packed(small, tmp_path)
    assert to_text(pack(open_record(file))) == file.read_text()


def test_unknown_columns_of_outcomes_go_through(suite: Suite, tmp_path: Path) -> None:
    cell = suite.cell()
    extra: dict[str, Any] = {
        "parsed": [True, False] * 10,
        "majority": [1 / 3, 2 / 3] * 10,
        "later": {"a": [1]},
    }
    result = suite.outcomes("10" * 10, **extra)
    suite.run(cell, result, result)
    opened = open_record(packed(suite, tmp_path))
    key = opened.cells[0].keys[pre("test-id")]
    assert json.loads((opened.folder(key) / "outcomes.json").read_text()) == result


def test_only_results_are_in_a_record(suite: Suite, tmp_path: Path) -> None:
    cell = suite.cell()
    suite.run(cell, suite.outcomes("10"), suite.outcomes("11"))
    folder = suite.store.folder(cell["stages"]["rft"])
    for name in ("config.json", "tokenizer.json", "log.txt", "samples.parquet", "all.jsonl"):
        (folder / name).write_text('{"unwanted": "unwanted"}')
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "summary.json").write_text('{"unwanted": 1}')
    text = packed(suite, tmp_path).read_text()
    assert "unwanted" not in text
    store = open_record(tmp_path).store
    held = {path.name for path in store.stages.rglob("*") if path.is_file()}
    assert held == {"stage.json", "costs.json", "summary.json", "outcomes.json", "history.jsonl"}


def test_no_path_of_the_machine_is_in_a_record(small: Suite, tmp_path: Path) -> None:
    record = small.record
    record["command"] = "bi-bench run /home/me/suites/x.toml --store=/mnt/big/store -n 3"
    record["suite"]["source"] = {"plugins": ["./mine.py", "/root/p.py"], "path": "~/models/m"}
    record["suite"]["description"] = "see https://example.org/a/b, and/or 1/2 of C:\\Users\\me"
    text = to_text(pack(results(record, small.store, NAME)))
    for part in ("/home", "/mnt", "/root", "~/", "Users", "secret", "log.txt"):
        assert part not in text, part
    packed_again = json.loads(text)["run"]
    assert packed_again["command"] == "bi-bench run …/x.toml --store=…/store -n 3"
    assert packed_again["suite"]["description"] == "see https://example.org/a/b, and/or 1/2 of …/me"
    assert r"no \u2026/x.jsonl" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("test-id/pre and a/b/c", "test-id/pre and a/b/c"),
        ("./data/x.jsonl ../y/z", "./data/x.jsonl ../y/z"),
        ("'/tmp/a b/c'", "'…/a b/c'"),
        ("file:///srv/data/m, x", "…/m, x"),
        ("/a", "/a"),
        ("path=/srv/models/m:1", "path=…/m:1"),
        ("…/m stays", "…/m stays"),
        ("</td></tr>", "</td></tr>"),
    ],
)
def test_absolute_paths_alone_are_shortened(text: str, shown: str) -> None:
    assert without_paths(text) == shown
    assert without_paths({text: [text]}) == {shown: [shown]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": SCHEMA + 1}, "not a published record of schema"),
        ({"schema": None}, "not a published record of schema"),
        ({"stages": {"../../x": {"stage.json": {}}}}, "cannot name"),
        ({"stages": {"x": {"../y": {}}}}, "cannot name"),
        ({"name": "../x"}, "cannot name"),
        ({"stages": {"x": {"$same": 10**6}}}, "damaged"),
        ({"shared": [{"$same": 0}]}, "damaged"),
        ({"shared": 3}, "damaged"),
        ({"stages": [1]}, "damaged"),
        ({"name": "x" * 300}, "cannot name a run"),
        ({"stages": {"x": {"history.jsonl": 5}}}, "damaged"),
        # Each entry is ten times the one before it: a gigabyte in a kilobyte.
        (
            {"shared": ["y" * 40, *([{"$same": n}] * 10 for n in range(9))]}
            | {"stages": {"x": {"stage.json": {"$same": 9}}}},
            "unfolds to more than 200 MB",
        ),
        (
            {"run": {}, "shared": [{"$few": [1], "at": "0" * 5000}]}
            | {"stages": {"x": {"t.json": {"$columns": [["n"] * 9000, [{"$same": 0}] * 9000]}}}},
            "unfolds to more than 200 MB",
        ),
        (
            {"shared": [0, *([{"$same": n}] for n in range(5000))], "run": {"$same": 5000}},
            "damaged",
        ),
    ],
)
def test_a_record_that_is_not_ours_is_refused(
    small: Suite, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    file = packed(small, tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(UserError, match=message):
        open_record(file)


def test_a_file_that_is_no_json_and_a_missing_one_are_named(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("[")
    for path in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(UserError, match="no published record can be read"):
            open_record(path)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "Infinity", "NaN"])
def test_numbers_that_are_not_finite_are_refused(small: Suite, tmp_path: Path, number: str) -> None:
    file = packed(small, tmp_path)
    file.write_text(file.read_text().replace('"run": {', f'"run": {{"x": {number}, '))
    with pytest.raises(UserError, match=r"damaged .* is not a finite number"):
        open_record(file)


def test_lists_in_lists_without_an_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("[" * 100_000)
    with pytest.raises(UserError, match="no published record can be read"):
        open_record(tmp_path)


def test_the_folder_of_an_opened_record_goes_with_its_store(small: Suite, tmp_path: Path) -> None:
    store = open_record(packed(small, tmp_path)).store
    root = store.root
    assert root.is_dir()
    del store
    assert not root.exists()
