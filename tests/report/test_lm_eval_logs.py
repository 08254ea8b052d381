from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import count
from statistics import fmean

import pytest

from bi_bench.api import UserError
from bi_bench.report.logs.pair import compare_logs
from bi_bench.report.logs.read import read_logs
from bi_bench.report.logs.text import to_json, to_markdown, to_text

HARD = "01" * 30  # what the first model gets right of 60 documents
BETTER = "0111" * 15


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def rows(right, metric="acc", filters=("none",), prompt="Q{}", **changes):
    """Rows as lm-eval hands them to its own writer."""
    made = []
    for name in filters:
        for index, char in enumerate(right):
            doc = {"question": f"q{index}", "meta": {"topic": index // 6}}
            text = prompt.format(index)
            made.append(
                {
                    "doc_id": index,
                    "doc": doc,
                    "target": index,
                    "arguments": [(text, {"until": ["\n"]})],
                    "resps": [["x"]],
                    "filtered_resps": ["x"],
                    "filter": name,
                    "metrics": [metric],
                    "doc_hash": digest(json.dumps(doc, indent=2)),
                    "prompt_hash": digest(text),
                    "target_hash": digest(str(index)),
                    metric: float(char),
                    **changes,
                }
            )
    return made


def results(tasks, config=None, shots=0, version=1, higher=True):
    """What lm-eval hands to its writer beside the rows."""
    means = {
        name: {
            f"{metric},{row['filter']}": fmean(
                row[metric] if isinstance(row[metric], float) else 0.0 for row in made
            )
            for metric, row in ((made[0]["metrics"][0], row) for row in made[:1])
        }
        for name, made in tasks.items()
    }
    return {
        "results": means,
        "configs": {name: {"metric_list": ["acc"], **(config or {})} for name in tasks},
        "versions": dict.fromkeys(tasks, version),
        "n-shot": dict.fromkeys(tasks, shots),
        "higher_is_better": {name: {made[0]["metrics"][0]: higher} for name, made in tasks.items()},
        "config": {"fewshot_seed": 1234},
    }


@pytest.fixture
def write(tmp_path):
    """Writes logs as lm-eval does (the next test holds it against lm-eval's own writer)."""
    number = count()

    def write(model, tasks, *, chat=None, folder=None, **settings):
        path, turn = folder or tmp_path / f"out{next(number)}", next(number)
        date = f"2026-01-01T00-00-{turn:02}.000000"
        about = {"model_name": model, "chat_template_sha": chat, "system_instruction_sha": None}
        about |= {"fewshot_as_multiturn": 0}
        inner = path.parent if path.suffix == ".json" else path / model.replace("/", "__")
        stem = path.stem if path.suffix == ".json" else "results"
        inner.mkdir(parents=True, exist_ok=True)
        content = {**results(tasks, **settings), **about}
        (inner / f"{stem}_{date}.json").write_text(json.dumps(content))
        for name, made in tasks.items():
            lines = []
            for row in made:
                arguments = {
                    f"gen_args_{i}": {f"arg_{j}": part for j, part in enumerate(request)}
                    for i, request in enumerate(row["arguments"])
                }
                changed = {"arguments": arguments, "target": str(row["target"])}
                lines.append(json.dumps(row | changed) + "\n")
            (inner / f"samples_{name}_{date}.jsonl").write_text("".join(lines))
        return path

    return write


@pytest.mark.slow
def test_these_logs_are_what_lm_eval_writes(write, tmp_path):
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


def test_two_logs_are_paired_document_by_document(write):
    paths = [write("org/base", {"gsm": rows(HARD)}), write("/x/tuned", {"gsm": rows(BETTER)})]
    compared = compare_logs(read_logs(paths))
    (found,) = compared.comparisons
    assert (found.reference, found.model, found.documents) == ("org/base", "tuned", 60)
    assert (found.reference_score, found.score) == (0.5, 0.75)
    assert found.difference.estimate == 0.25
    assert (found.flips.fixed, found.flips.broken) == (15, 0)
    assert found.flips.p_value == pytest.approx(2 * 0.5**15)
    assert compared.refused == compared.notes == []
    text = " ".join(to_text(compared).split())
    assert "tuned scores 25.0 points more than org/base (95 % interval " in text
    assert "15 fixed, 0 broken, exact McNemar p < 0.0001" in text
    assert "| gsm | acc | 60 |" in " ".join(to_markdown(compared).split())
    assert json.loads(json.dumps(to_json(compared)))["comparisons"][0]["flips"]["fixed"] == 15


def test_the_order_of_lines_does_not_matter(write):
    one, other = write("a", {"t": rows(HARD)}), write("b", {"t": rows(BETTER)[::-1]})
    (found,) = compare_logs(read_logs([one, other])).comparisons
    assert (found.flips.fixed, found.flips.broken) == (15, 0)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({}, {"shots": 5}, "num_fewshot differs (0 and 5)"),
        ({}, {"version": 2}, "version differs (1 and 2)"),
        ({"config": {"repeats": 1}}, {"config": {"repeats": 8}}, "repeats differs (1 and 8)"),
        ({}, {"config": {"metric_list": ["f1"]}}, "metric_list differs"),
        (
            {"config": {"process_results": "<function f at 0x7f01>"}},
            {"config": {"process_results": "<function g at 0x7f01>"}},
            "process_results differs",
        ),
    ],
)
def test_settings_that_differ_are_refused_by_name(write, first, second, message):
    one, other = write("a", {"t": rows(HARD)}, **first), write("b", {"t": rows(BETTER)}, **second)
    compared = compare_logs(read_logs([one, other]))
    assert compared.comparisons == []
    (refused,) = compared.refused
    assert message in refused
    field = message.partition(" ")[0]
    accepted = compare_logs(read_logs([one, other]), accept=[field])
    assert len(accepted.comparisons) == 1
    assert f"{field} differs, which the reader accepted" in " ".join(accepted.notes)


def test_addresses_of_functions_are_no_difference(write):
    config = [{"process_results": f"<function f at 0x{place}>"} for place in ("7f01", "8a02")]
    logs = [write("m", {"t": rows(HARD)}, config=each) for each in config]
    assert compare_logs(read_logs(logs)).refused == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"doc_hash": "other"}, "documents differ at 60 of 60 doc_ids, first 0"),
        ({"target_hash": "other"}, "targets differ"),
        ({"prompt": "Hi {}"}, "prompts differ at 60 of 60 doc_ids, first 0 (chat_template_sha"),
        ({"arguments": [("Q0", {"until": []})]}, "prompts differ at 59 of 60"),
    ],
)
def test_other_documents_or_prompts_are_refused(write, changes, message):
    chat = "{{ x }}" if "prompt" in changes else None
    one = write("a", {"t": rows(HARD)})
    other = write("b", {"t": rows(BETTER, **changes)}, chat=chat)
    (refused,) = compare_logs(read_logs([one, other])).refused
    assert message in refused
    assert ("--accept" in refused) == message.startswith("prompts")


def test_other_generation_settings_are_refused(write):
    changed = rows(BETTER)
    for row in changed:
        row["arguments"] = [(row["arguments"][0][0], {"until": []})]
    (refused,) = compare_logs(
        read_logs([write("a", {"t": rows(HARD)}), write("b", {"t": changed})])
    ).refused
    assert "generation differ at 60" in refused


def test_documents_of_one_log_alone_are_named_and_left_out(write):
    one, other = (
        write("a", {"t": rows(HARD)}),
        write("b", {"t": rows(BETTER)[:50], "u": rows("01")}),
    )
    compared = compare_logs(read_logs([one, other]))
    (found,) = compared.comparisons
    assert found.documents == 50
    notes = " ".join(compared.notes)
    assert "10 documents in the log of a alone (doc_id 50, 51, 52, 53, 54, ...)" in notes
    assert "u: in the log of b alone" in notes


def test_answers_to_the_same_document_count_as_their_mean(write):
    twice = [row for right in (HARD, BETTER) for row in rows(right)]
    compared = compare_logs(read_logs([write("a", {"t": twice}), write("b", {"t": rows(BETTER)})]))
    (found,) = compared.comparisons
    assert found.reference_score == pytest.approx(0.625)
    assert found.flips is None  # a mean is neither right nor wrong
    assert any("count as their mean" in note for note in compared.notes)


def test_filters_are_lines_and_the_reader_chooses_the_primary_one(write):
    made = [{"t": rows(right, filters=("strict", "loose"))} for right in (HARD, BETTER)]
    logs = read_logs([write(name, tasks) for name, tasks in zip("ab", made, strict=True)])
    compared = compare_logs(logs)
    assert [(c.filter, c.primary) for c in compared.comparisons] == [
        ("strict", True),
        ("loose", False),
    ]
    chosen = compare_logs(logs, metric="acc,loose")
    assert [c.primary for c in chosen.comparisons] == [False, True]
    with pytest.raises(UserError, match='did you mean "acc,loose"'):
        compare_logs(logs, metric="acc,lose")


def test_metrics_without_a_score_a_document_are_left_out_with_the_reason(write):
    one = write(
        "a", {"t": rows(HARD, word_perplexity=[-3.2, 4], metrics=["acc", "word_perplexity"])}
    )
    other = write("b", {"t": rows(BETTER, f1=float("nan"), metrics=["acc", "f1"])})
    compared = compare_logs(read_logs([one, other]))
    assert [c.metric for c in compared.comparisons] == ["acc"]
    notes = " ".join(compared.notes)
    assert "word_perplexity,none is left out: it has no score for each document" in notes
    assert "f1,none is left out: not a number" in notes


def test_lower_can_be_better(write):
    made = [rows(right, metric="loss") for right in (HARD, BETTER)]
    paths = [write(n, {"t": m}, higher=False) for n, m in zip("ab", made, strict=True)]
    assert "which is worse: lower is better here" in " ".join(
        to_text(compare_logs(read_logs(paths))).split()
    )


def test_clusters_of_documents_widen_the_interval(write):
    grouped = "".join("111111" if topic % 3 else "000000" for topic in range(10))
    made = [{"t": rows("0" * 60)}, {"t": rows(grouped)}]
    paths = [write(name, tasks) for name, tasks in zip("ab", made, strict=True)]
    alone = compare_logs(read_logs(paths)).comparisons[0]
    together = compare_logs(read_logs(paths, "meta.topic"), clustered=True).comparisons[0]
    assert together.clusters == 10
    assert together.difference.half_width > 1.5 * alone.difference.half_width
    with pytest.raises(UserError, match=r'no field "meta.topc"; did you mean "topic"'):
        read_logs(paths, "meta.topc")


def test_several_tasks_are_pooled_and_more_models_are_held_against_the_first(write):
    paths = [
        write(name, {"t": rows(right), "u": rows(right[:20])})
        for name, right in (("a", HARD), ("b", BETTER), ("c", HARD))
    ]
    compared = compare_logs(read_logs(paths))
    assert [(c.model, c.task) for c in compared.comparisons] == [
        (model, task) for model in "bc" for task in "tu"
    ]
    first, second = compared.overall
    assert first.documents == 80
    assert first.difference.estimate == 0.25
    assert second.difference.estimate == 0
    assert "all 2 tasks" in to_text(compared)


def test_a_log_that_is_not_the_mean_of_its_documents_is_told(write):
    one, other = write("a", {"t": rows(HARD)}), write("b", {"t": rows(BETTER)})
    (file,) = one.rglob("samples_*.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[1:]))
    notes = " ".join(compare_logs(read_logs([one, other])).notes)
    assert "lm-eval reports acc,none 0.5 for a, the mean over documents is 0.5085" in notes


def test_one_folder_may_hold_several_models_and_one_path_a_file(write, tmp_path):
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


def test_the_last_evaluation_of_a_model_counts_and_models_are_not_mixed(write, tmp_path):
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


def test_logs_of_old_versions_carry_no_digests(tmp_path):
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
    assert compare_logs(read_logs(paths)).comparisons[0].flips.fixed == 15


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", ":1: "),
        ('{"doc_id": 1}\n[]\n', ":2: not an object with a doc_id"),
        ("", "no document in it"),
    ],
)
def test_damaged_samples_are_named_with_their_line(tmp_path, content, message):
    file = tmp_path / "samples_t_2024-01-01.jsonl"
    file.write_text(content)
    with pytest.raises(UserError, match=message):
        read_logs([file])


def test_a_folder_without_samples_says_how_to_make_them(tmp_path):
    with pytest.raises(UserError, match="--log_samples"):
        read_logs([tmp_path])
    with pytest.raises(UserError, match="no such file"):
        read_logs([tmp_path / "none"])


def test_the_verb_prints_writes_and_imports_nothing_heavy(write, tmp_path):
    paths = [write("base", {"t": rows(HARD)}), write("tuned", {"t": rows(BETTER)})]
    out = tmp_path / "found.md"
    code = (
        "import sys; from bi_bench.cli import main\n"
        "try: main()\nfinally: print({'torch', 'transformers', 'lm_eval'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, "import", "lm-eval", *map(str, paths), "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "tuned scores 25.0 points more" in result.stdout
    assert result.stdout.endswith("set()\n")
    assert "tuned scores 25.0 points more" in out.read_text()
    assert str(tmp_path) not in out.read_text()
    refused = write("other", {"t": rows(BETTER)}, shots=3)
    result = subprocess.run(
        [*command[:5], str(paths[0]), str(refused)], capture_output=True, text=True
    )
    assert result.returncode == 2
    assert "num_fewshot differs" in result.stdout
    assert "nothing could be compared" in result.stderr


@pytest.mark.parametrize(
    ("change", "name"), [({"arguments": 5}, "jsonl:1"), ({"metrics": 5}, "jsonl:1")]
)
def test_lines_of_another_shape_are_named(tmp_path, change, name):
    line = {"doc_id": 0, "doc": {}, "target": "1", "acc": 1.0, **change}
    (tmp_path / "samples_t_2026-01-01T00-00-00.000000.jsonl").write_text(json.dumps(line))
    with pytest.raises(UserError, match=f"{name}: .*not samples as lm-eval writes them"):
        read_logs([tmp_path])


@pytest.mark.parametrize("part", ["results", "configs", "versions", "n-shot", "config"])
def test_results_of_another_shape_are_named(write, part):
    path = write("base", {"t": rows(HARD)})
    (file,) = path.rglob("results_*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {part: [1]}))
    with pytest.raises(UserError, match=rf"results_.*: {part} is no table"):
        read_logs([path])


def test_metrics_of_one_log_alone_are_told(write):
    paths = [
        write("base", {"t": rows(HARD)}),
        write("tuned", {"t": rows(BETTER, filters=("strict",))}),
    ]
    found = compare_logs(read_logs(paths))
    assert found.comparisons == []
    assert found.notes == [
        "t: acc,none is in the log of base alone",
        "t: acc,strict is in the log of tuned alone",
    ]


def test_broken_unicode_and_a_folder_for_a_file_are_no_crash(write, tmp_path):
    metric = "m\ud800"
    paths = [write(name, {"t": rows(HARD, metric)}) for name in ("base", "tuned")]
    command = [sys.executable, "-m", "bi_bench", "import", "lm-eval", *map(str, paths)]
    result = subprocess.run([*command, "--json"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["comparisons"][0]["metric"] == metric
    result = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path}: Is a directory\n"
