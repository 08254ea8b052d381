from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.lm_eval.compare import compare_logs
from bi_bench.lm_eval.logs import read_logs

Rows = list[dict[str, Any]]

HARD = "01" * 30  # what the first model gets right of 60 documents
BETTER = "0111" * 15


@pytest.mark.slow
def test_these_logs_are_what_lm_eval_writes(
    write: Callable[..., Path],
    tmp_path: Path,
    rows: Callable[..., Rows],
    results: Callable[..., dict[str, Any]],
) -> None:
    from lm_eval.loggers import EvaluationTracker

    tasks = {"gsm_8k": rows(HARD)}
    ours = write("org/base", tasks, shots=3)
    tracker = EvaluationTracker(output_path=str(tmp_path / "theirs"))
    tracker.general_config_tracker.log_experiment_args("hf", "pretrained=org/base", None, None, 0)
    tracker.save_results_aggregated(results(tasks, shots=3), tasks)
    for name, made in tasks.items():
        tracker.save_results_samples(name, made)
    (mine,), (true,) = (list(each.rglob("*.jsonl")) for each in (ours, tmp_path / "theirs"))
    assert mine.parent.name == true.parent.name
    assert mine.read_text() == true.read_text()
    logs = read_logs([ours, tmp_path / "theirs"])
    assert logs[0].tasks == logs[1].tasks
    assert compare_logs(logs).refused == []


def test_addresses_of_functions_are_no_difference(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    config = [{"process_results": f"<function f at 0x{place}>"} for place in ("7f01", "8a02")]
    logs = [write("m", {"t": rows(HARD)}, config=each) for each in config]
    assert compare_logs(read_logs(logs)).refused == []


def test_one_folder_may_hold_several_models_and_one_path_a_file(
    write: Callable[..., Path], tmp_path: Path, rows: Callable[..., Rows]
) -> None:
    folder = tmp_path / "both"
    write("a", {"t": rows(HARD)}, folder=folder)
    write("b", {"t": rows(BETTER)}, folder=folder)
    (found,) = compare_logs(read_logs([folder])).comparisons
    assert (found.reference, found.model) == ("a", "b")
    files = sorted(folder.rglob("samples_*.jsonl"))
    assert len(compare_logs(read_logs(files)).comparisons) == 1
    for file in folder.rglob("results_*.json"):
        file.unlink()
    bare = compare_logs(read_logs(files))
    assert len(bare.comparisons) == 1
    assert "known from the prompts alone" in " ".join(bare.notes)


def test_the_last_evaluation_of_a_model_counts_and_models_are_not_mixed(
    write: Callable[..., Path], tmp_path: Path, rows: Callable[..., Rows]
) -> None:
    one = write("a", {"t": rows(HARD)})
    write("a", {"t": rows(BETTER)}, folder=one)
    compared = compare_logs(read_logs([one, write("b", {"t": rows(BETTER)})]))
    assert compared.comparisons[0].difference.estimate == 0
    assert "2 evaluations of t, the last counts" in compared.notes[0]
    mixed = tmp_path / "mixed" / "x.json"  # lm-eval then writes all models into one folder
    write("a", {"t": rows(HARD)}, folder=mixed)
    write("b", {"t": rows(BETTER)}, folder=mixed)
    with pytest.raises(UserError, match="of several models"):
        read_logs([mixed.parent])


def test_logs_of_old_versions_carry_no_digests(tmp_path: Path, rows: Callable[..., Rows]) -> None:
    made = [rows(right) for right in (HARD, BETTER)]
    for row in (row for each in made for row in each):
        for part in ("doc", "prompt", "target"):
            del row[f"{part}_hash"]
        del row["metrics"]
    paths = []
    for name, each in zip("ab", made, strict=True):
        file = tmp_path / name / "samples_t_2024-01-01.jsonl"
        file.parent.mkdir()
        file.write_text("".join(json.dumps(row) + "\n" for row in each))
        paths.append(file)
    flips = compare_logs(read_logs(paths)).comparisons[0].flips
    assert flips is not None
    assert flips.fixed == 15


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", ":1: "),
        ('{"doc_id": 1}\n[]\n', ":2: not an object with a doc_id"),
        ("", "no document in it"),
    ],
)
def test_damaged_samples_are_named_with_their_line(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "samples_t_2024-01-01.jsonl"
    file.write_text(content)
    with pytest.raises(UserError, match=message):
        read_logs([file])


def test_a_folder_without_samples_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--log_samples"):
        read_logs([tmp_path])
    with pytest.raises(UserError, match="no such file"):
        read_logs([tmp_path / "none"])


@pytest.mark.parametrize(
    ("change", "name"), [({"arguments": 5}, "jsonl:1"), ({"metrics": 5}, "jsonl:1")]
)
def test_lines_of_another_shape_are_named(
    tmp_path: Path, change: dict[str, Any], name: str
) -> None:
    line = {"doc_id": 0, "doc": {}, "target": "1", "acc": 1.0, **change}
    (tmp_path / "samples_t_2026-01-01T00-00-00.000000.jsonl").write_text(json.dumps(line))
    with pytest.raises(UserError, match=f"{name}: .*not samples as lm-eval writes them"):
        read_logs([tmp_path])


@pytest.mark.parametrize("part", ["results", "configs", "versions", "n-shot", "config"])
def test_results_of_another_shape_are_named(
    write: Callable[..., Path], part: str, rows: Callable[..., Rows]
) -> None:
    path = write("base", {"t": rows(HARD)})
    (file,) = path.rglob("results_*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {part: [1]}))
    with pytest.raises(UserError, match=rf"results_.*: {part} is not a table"):
        read_logs([path])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_logs_may_begin_with_a_byte_order_mark(
    write: Callable[..., Path], encoding: str, rows: Callable[..., Rows]
) -> None:
    paths = [write("a", {"t": rows(HARD)}, shots=5), write("b", {"t": rows(BETTER)})]
    for file in (file for path in paths for file in path.rglob("*.json*")):
        file.write_bytes(file.read_text().encode(encoding))
    (refused,) = compare_logs(read_logs(paths)).refused
    assert "num_fewshot differs (5 and 0)" in refused


def test_a_results_file_that_cannot_be_read_is_not_one_that_is_not_there(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    path = write("a", {"t": rows(HARD)})
    (file,) = path.rglob("results_*.json")
    for content in (file.read_bytes()[:-9], b"\xff" + file.read_bytes()):
        file.write_bytes(content)
        with pytest.raises(UserError, match=r"results_2026.*\.json:1: not "):
            read_logs([path])


def test_the_placeholder_of_predict_only_is_no_score(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    made = [{"t": rows(HARD, metric="bypass", bypass=999)} for _ in "ab"]
    compared = compare_logs(read_logs([write(name, m) for name, m in zip("ab", made, strict=True)]))
    assert compared.comparisons == []
    assert compared.notes == [
        "t: bypass,none is left out: what --predict_only writes in the place of a score"
    ]
