from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.lm_eval.compare import compare_logs
from bi_bench.lm_eval.logs import read_logs
from bi_bench.lm_eval.render import to_json, to_markdown, to_text

Rows = list[dict[str, Any]]

HARD = "01" * 30  # what the first model gets right of 60 documents
BETTER = "0111" * 15


def test_two_logs_are_paired_document_by_document(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    paths = [write("org/base", {"gsm": rows(HARD)}), write("/x/tuned", {"gsm": rows(BETTER)})]
    compared = compare_logs(read_logs(paths))
    (found,) = compared.comparisons
    assert (found.reference, found.model, found.documents) == ("org/base", "tuned", 60)
    assert (found.reference_score, found.score) == (0.5, 0.75)
    assert found.difference.estimate == 0.25
    assert found.flips is not None
    assert (found.flips.fixed, found.flips.broken) == (15, 0)
    assert found.flips.p_value == pytest.approx(2 * 0.5**15)
    assert compared.refused == compared.notes == []
    text = " ".join(to_text(compared).split())
    assert "tuned scores 25.0 points more than org/base (95 % interval " in text
    assert "15 fixed, 0 broken, exact McNemar p < 0.0001" in text
    assert "| gsm | acc | 60 |" in " ".join(to_markdown(compared).split())
    assert json.loads(json.dumps(to_json(compared)))["comparisons"][0]["flips"]["fixed"] == 15


def test_the_order_of_lines_does_not_matter(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    one, other = write("a", {"t": rows(HARD)}), write("b", {"t": rows(BETTER)[::-1]})
    (found,) = compare_logs(read_logs([one, other])).comparisons
    assert found.flips is not None
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
def test_settings_that_differ_are_refused_by_name(
    write: Callable[..., Path],
    first: dict[str, Any],
    second: dict[str, Any],
    message: str,
    rows: Callable[..., Rows],
) -> None:
    one, other = write("a", {"t": rows(HARD)}, **first), write("b", {"t": rows(BETTER)}, **second)
    compared = compare_logs(read_logs([one, other]))
    assert compared.comparisons == []
    (refused,) = compared.refused
    assert message in refused
    field = message.partition(" ")[0]
    accepted = compare_logs(read_logs([one, other]), accept=[field])
    assert len(accepted.comparisons) == 1
    assert f"{field} differs, which the reader accepted" in " ".join(accepted.notes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"doc_hash": "other"}, "documents differ at 60 of 60 doc_ids, first 0"),
        ({"target_hash": "other"}, "targets differ"),
        ({"prompt": "Hi {}"}, "prompts differ at 60 of 60 doc_ids, first 0 (chat_template_sha"),
        ({"arguments": [("Q0", {"until": []})]}, "prompts differ at 59 of 60"),
    ],
)
def test_other_documents_or_prompts_are_refused(
    write: Callable[..., Path], changes: dict[str, Any], message: str, rows: Callable[..., Rows]
) -> None:
    chat = "{{ x }}" if "prompt" in changes else None
    one = write("a", {"t": rows(HARD)})
    other = write("b", {"t": rows(BETTER, **changes)}, chat=chat)
    (refused,) = compare_logs(read_logs([one, other])).refused
    assert message in refused
    assert ("--accept" in refused) == message.startswith("prompts")


def test_other_generation_settings_are_refused(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    changed = rows(BETTER)
    for row in changed:
        row["arguments"] = [(row["arguments"][0][0], {"until": []})]
    (refused,) = compare_logs(
        read_logs([write("a", {"t": rows(HARD)}), write("b", {"t": changed})])
    ).refused
    assert "generation differ at 60" in refused


def test_documents_of_one_log_alone_are_named_and_left_out(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
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


def test_answers_to_the_same_document_count_as_their_mean(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    twice = [row for right in (HARD, BETTER) for row in rows(right)]
    compared = compare_logs(read_logs([write("a", {"t": twice}), write("b", {"t": rows(BETTER)})]))
    (found,) = compared.comparisons
    assert found.reference_score == pytest.approx(0.625)
    assert found.flips is None  # a mean is neither right nor wrong
    assert any("count as their mean" in note for note in compared.notes)


def test_filters_are_lines_and_the_reader_chooses_the_primary_one(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
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


def test_metrics_without_a_score_a_document_are_left_out_with_the_reason(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    one = write(
        "a", {"t": rows(HARD, word_perplexity=[-3.2, 4], metrics=["acc", "word_perplexity"])}
    )
    other = write("b", {"t": rows(BETTER, f1=float("nan"), metrics=["acc", "f1"])})
    compared = compare_logs(read_logs([one, other]))
    assert [c.metric for c in compared.comparisons] == ["acc"]
    notes = " ".join(compared.notes)
    assert "word_perplexity,none is left out: it has no score for each document" in notes
    assert "f1,none is left out: not a number" in notes


def test_lower_can_be_better(write: Callable[..., Path], rows: Callable[..., Rows]) -> None:
    made = [rows(right, metric="loss") for right in (HARD, BETTER)]
    paths = [write(n, {"t": m}, higher=False) for n, m in zip("ab", made, strict=True)]
    assert "which is worse: lower is better here" in " ".join(
        to_text(compare_logs(read_logs(paths))).split()
    )


def test_clusters_of_documents_widen_the_interval(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    grouped = "".join("111111" if topic % 3 else "000000" for topic in range(10))
    made = [{"t": rows("0" * 60)}, {"t": rows(grouped)}]
    paths = [write(name, tasks) for name, tasks in zip("ab", made, strict=True)]
    alone = compare_logs(read_logs(paths)).comparisons[0]
    together = compare_logs(read_logs(paths, "meta.topic"), clustered=True).comparisons[0]
    assert together.clusters == 10
    assert together.difference.half_width > 1.5 * alone.difference.half_width
    with pytest.raises(UserError, match=r'no field "meta.topc"; did you mean "topic"'):
        read_logs(paths, "meta.topc")


def test_several_tasks_are_pooled_and_more_models_are_compared_with_the_first(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
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


def test_a_log_that_is_not_the_mean_of_its_documents_is_noted(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
    one, other = write("a", {"t": rows(HARD)}), write("b", {"t": rows(BETTER)})
    (file,) = one.rglob("samples_*.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[1:]))
    notes = " ".join(compare_logs(read_logs([one, other])).notes)
    assert "lm-eval reports acc,none 0.5 for a, the mean over documents is 0.5085" in notes


def test_metrics_of_one_log_alone_are_noted(
    write: Callable[..., Path], rows: Callable[..., Rows]
) -> None:
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
