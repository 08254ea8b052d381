"""Logs without names of filters (lm-eval before 0.4.7), and of the first layout (before 0.4.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.lm_eval.compare import compare_logs
from bi_bench.lm_eval.logs import read_logs

Rows = list[dict[str, Any]]

HARD = "01" * 30
BETTER = "0111" * 15
STRICT = "0001" * 15
FILTERS = ("strict", "loose")


def both(rows: Callable[..., Rows], loose: str) -> Rows:
    """Each document once for each of two filters."""
    return rows(STRICT, filters=FILTERS[:1]) + rows(loose, filters=FILTERS[1:])


def strip(path: Path, change: Callable[[Rows], Rows] = list) -> Path:
    """Without the names of the filters; ``change`` changes the lines."""
    for file in path.rglob("samples_*.jsonl"):
        made = [json.loads(line) for line in file.read_text().splitlines()]
        for row in made:
            del row["filter"], row["metrics"]
        file.write_text("".join(json.dumps(row) + "\n" for row in change(made)))
    return path


@pytest.fixture
def pair(write: Callable[..., Path], rows: Callable[..., Rows]) -> list[Path]:
    """Two logs with two filters each."""
    config = {"filter_list": [{"name": name} for name in FILTERS]}
    return [
        write(name, {"t": both(rows, loose)}, config=config)
        for name, loose in (("a", HARD), ("b", BETTER))
    ]


def by_rank(made: Rows) -> Rows:
    """As two processes gather them: all that one has evaluated, then all of the other."""
    return [row for rank in (0, 1) for row in made if row["doc_id"] % 2 == rank]


@pytest.mark.parametrize("change", [list, by_rank, lambda made: made[::2] + made[1::2]])
def test_filters_without_names_are_told_apart_by_their_order(
    pair: list[Path], change: Callable[[Rows], Rows]
) -> None:
    named = compare_logs(read_logs(pair)).comparisons
    assert [c.filter for c in named] == list(FILTERS)
    assert [c.score for c in named] == [0.25, 0.75]
    found = compare_logs(read_logs([strip(path, change) for path in pair]))
    for one, other in zip(named, found.comparisons, strict=True):
        assert replace(one, difference=other.difference) == other
    assert found.notes == []


def test_an_order_that_the_numbers_of_lm_eval_do_not_confirm_is_left_out(pair: list[Path]) -> None:
    for path in pair:
        strip(path, lambda made: made[60:] + made[:60])
    compared = compare_logs(read_logs(pair))
    assert compared.comparisons == []
    assert "t: acc,strict is left out: its lines do not name their filter" in compared.notes[0]
    assert "the mean is 0.5, while lm-eval reports 0.25" in compared.notes[0]


def test_lines_without_names_that_are_too_many_or_too_few_are_refused(pair: list[Path]) -> None:
    with pytest.raises(
        UserError, match=r"59 documents have fewer lines than the 2 filters .*doc_id 1"
    ):
        read_logs([strip(pair[0], lambda made: made[:61])])
    with pytest.raises(UserError, match=r":121: doc_id 0 has 3 lines .* the results file names 2"):
        read_logs([strip(pair[1], lambda made: [*made, made[0]])])


def test_lines_without_names_need_the_results_file(pair: list[Path]) -> None:
    for file in strip(pair[0]).rglob("results_*.json"):
        file.unlink()
    with pytest.raises(
        UserError, match=r"doc_id 0 has 2 lines .* names none; put the results file"
    ):
        read_logs([pair[0]])


@pytest.fixture
def first(
    tmp_path: Path, rows: Callable[..., Rows], results: Callable[..., dict[str, Any]]
) -> Callable[..., Path]:
    """Writes the first layout."""

    def write(
        model: str, made: Rows, out: str = "results.json", folder: Path | None = None, **about: Any
    ) -> Path:
        folder = folder or tmp_path / model
        folder.mkdir(exist_ok=True)
        content = results({"gsm_t": made}) | {
            "config": {"model": "hf", "model_args": f"pretrained=org/{model},dtype=float"}
        }
        (folder / out).write_text(json.dumps({**content, **about}, indent=2))
        old = [
            {key: value for key, value in row.items() if key not in ("filter", "metrics")}
            for row in made
        ]
        file = folder / f"pretrained__org__{model},dtype__float_gsm_t.jsonl"
        file.write_text(json.dumps(old, indent=2))
        return folder

    return write


@pytest.mark.parametrize("out", ["results.json", "mine.jsonl"])
def test_the_first_layout_is_read(
    first: Callable[..., Path], rows: Callable[..., Rows], out: str
) -> None:
    paths = [first("a", both(rows, HARD), out), first("b", both(rows, BETTER), out)]
    compared = compare_logs(read_logs(paths))
    assert [c.filter for c in compared.comparisons] == list(FILTERS)
    found = compared.comparisons[1]
    assert (found.task, found.reference, found.model) == ("gsm_t", "org/a", "org/b")
    assert found.flips is not None
    assert (found.reference_score, found.score, found.flips.fixed) == (0.5, 0.75, 15)
    (file,) = paths[0].glob("pretrained*")
    assert read_logs([file])[0].tasks == read_logs(paths[:1])[0].tasks


def test_the_first_layout_in_utf_16_is_read(
    first: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    paths = [first("a", rows(HARD)), first("b", rows(BETTER))]
    before = compare_logs(read_logs(paths)).comparisons
    for file in (file for path in paths for file in path.iterdir()):
        file.write_bytes(file.read_text().encode("utf-16"))
    assert compare_logs(read_logs(paths)).comparisons == before


def test_the_first_layout_needs_the_results_of_the_same_evaluation(
    first: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    folder = first("a", rows(HARD))
    first("b", rows(BETTER), folder=folder)  # replaces results.json, as lm-eval did
    with pytest.raises(
        UserError, match=r"org__a.*: samples as lm-eval 0.4.0 .* no results.json of"
    ):
        read_logs([folder])
    (folder / "results.json").unlink()
    with pytest.raises(UserError, match=r"no results.json of the same evaluation next to them"):
        read_logs([folder])
    first("b", rows(BETTER), folder=folder, config={})
    with pytest.raises(UserError, match="several evaluations of gsm_t next to one results file"):
        read_logs([folder])


def test_another_jsonl_in_the_folder_is_no_log(
    first: Callable[..., Path], rows: Callable[..., Rows], tmp_path: Path
) -> None:
    folder = first("a", rows(HARD))
    (folder / "problems.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    assert list(read_logs([folder])[0].tasks) == ["gsm_t"]
    with pytest.raises(UserError, match="not named samples_"):
        read_logs([folder / "problems.jsonl"])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match=r"0.4.3 and newer nor .* of 0.4.0 to 0.4.2; run lm_eval"):
        read_logs([empty])
