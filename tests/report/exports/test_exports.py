from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries

from bi_bench.artifacts.files import write_text
from bi_bench.lm_eval.export_results import lm_eval_results
from bi_bench.report.content.rows import build_report
from bi_bench.report.data.results import Results
from bi_bench.report.exports.card import eval_results, model_card
from bi_bench.report.exports.checkpoints import Checkpoint, read_checkpoints
from bi_bench.report.exports.latex import latex, to_latex
from bi_bench.report.exports.yaml import to_yaml
from bi_bench.report.tables.export import to_csv
from bi_bench.report.tables.render import render
from tests.conftest import present
from tests.factories import results, write_record
from tests.report.conftest import Suite

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></tr></table>",
    "$\\input{/etc/passwd}$ \\write18{rm -rf} ^^5cinput ~ % & # _ { }",
    "\x1b[31mred\x1b]0;title\x07 \x9b2J",
    "lone \ud800 half",
    "---\nname: x\n# heading\n| a | b |\n[x](javascript:1) ![x](http://x) `code`",
    "quote \" ' : - {a: b} !!python/object *x &x",
    "\u202eright to left\u2028line",
    "x" * 10_000_000,
]
IDS = ["html", "table", "latex", "terminal", "surrogate", "markdown", "yaml", "direction", "long"]


@pytest.fixture
def small(suite: Suite) -> Suite:
    suite.arm("vanilla", "1100" * 5, "1110" * 5, seeds=(0, 1))
    suite.arm("bridge", "1000" * 5, "1111" * 5, seeds=(0, 1))
    return suite


def checkpoints(suite: Suite) -> list[Checkpoint]:
    return list(read_checkpoints(suite.results))


def metadata(card: str) -> Any:
    """The metadata of a card, read as the hub does; which fields it has is known at run time alone."""
    return ModelCard(card).data


def controls(text: str) -> list[str]:
    """Whatever a terminal would obey, and halves of characters."""
    return [
        c
        for c in text
        if (ord(c) < 32 and c != "\n")
        or 0x7F <= ord(c) < 0xA0
        or "\ud800" <= c <= "\udfff"
        or c in "\u202e\u2028"
    ]


@pytest.fixture(params=HOSTILE, ids=IDS)
def hostile(request: pytest.FixtureRequest, small: Suite) -> Results:
    """A suite in which everything that somebody can choose is the same bad text."""
    small.arm("bad", "1000" * 5, "1101" * 5, seeds=(0,))
    small.cells[-1]["axes"]["strategy"] = request.param
    record = small.record
    record["suite"]["description"] = record["command"] = request.param
    record["cells"].append(
        {"axes": {**record["cells"][0]["axes"], "seed": 7}, "stages": {}, "skip": request.param}
    )
    return results(record, small.store)


def test_bad_text_is_text_in_every_form(hostile: Results, tmp_path: Path) -> None:
    report = build_report(hostile)
    forms = {
        "md": render(report, "markdown"),
        "term": render(report, "terminal"),
        "tex": to_latex(report),
    }
    checkpoint = list(read_checkpoints(hostile))[-1]
    forms["card"] = model_card(checkpoint, report)
    for name, form in forms.items():
        assert not controls(form), name
        assert len(form) < 500_000, name
        write_text(tmp_path / name, form)
    for name in ("md", "card"):
        body = forms[name].partition("\n---\n")[2] if name == "card" else forms[name]
        assert not re.search(r"(?<!\\)<|(?<!\\)\$|(?<!\\)`|[^\\]\]\(javascript", body), name
    assert metadata(forms["card"]).library_name == "transformers"
    write_text(tmp_path / "report.csv", to_csv(report))
    write_record(tmp_path / "record.json", hostile.record, hostile.store, "x")


def test_bad_text_cannot_command_latex(hostile: Results) -> None:
    body = "\n".join(
        line for line in to_latex(build_report(hostile)).splitlines() if line[:1] != "%"
    )
    known = (
        r"\\(begin|end|centering|caption|resizebox|linewidth|toprule|midrule|bottomrule"
        r"|text\w+\{\}|ldots\{\}|rightarrow|cdot|[\\&%$#_{}])"
    )
    assert "\\" not in re.sub(known, "", body)
    bare = re.sub(r"\\[&%$#_{}]|\\\\", "", body)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"[#^~_]", bare)
    assert "%" not in bare.replace("}{!}{%", "")
    assert set(re.findall(r"\$[^$]*\$", bare)) <= {"$\\cdot$", "$\\rightarrow$"}


def test_latex_shows_what_was_written() -> None:
    assert latex("50 % of $x_1 & \\y{z}") == r"50 \% of \$x\_1 \& \textbackslash{}y\{z\}"
    assert latex("a\nb") == "a b"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(hostile: Results, tmp_path: Path) -> None:
    head = (
        "\\documentclass{article}\\usepackage{booktabs,graphicx,textcomp}\\usepackage[T1]{fontenc}"
    )
    source = f"{head}\\begin{{document}}\n{to_latex(build_report(hostile))}\\end{{document}}\n"
    write_text(tmp_path / "x.tex", source)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


@pytest.mark.parametrize("text", HOSTILE[:-1], ids=IDS[:-1])
def test_yaml_reads_back_as_the_same_values(text: str) -> None:
    value = {
        "a": [{"b": text, "c": [1.5, True, None]}, "plain"],
        "d": {"e": text},
        "f": [],
        "g": {},
    }
    back = yaml.safe_load(to_yaml(value))
    assert {**back, "a": 0, "d": 0} == {**value, "a": 0, "d": 0}
    assert back["a"][0]["c"] == [1.5, True, None]
    assert isinstance(back["d"]["e"], str)
    assert back["a"][1] == "plain"
    assert not controls(back["d"]["e"])
    assert to_yaml({"x": "ö 😀 → yes"}) == 'x: "ö 😀 → yes"\n'


def test_a_card_says_what_the_checkpoint_did(small: Suite) -> None:
    report = build_report(small.results)
    card = model_card(checkpoints(small)[2], report)
    assert "# bridge · grpo · tiny · sums · seed 0" in card
    assert r"| sums · test-id | 20" in re.sub(" +", " ", card)
    assert "25.0" in card
    assert "+75.0" in card
    assert "final score against vanilla +25.0" in card
    assert "50.0 % of the problems with some but not all of 4 rollouts right" in card
    (result,) = metadata(card).eval_results
    assert (result.metric_type, result.metric_value, result.dataset_split) == (
        "accuracy",
        100.0,
        "test-id",
    )


def test_a_card_names_the_base_model_and_the_dataset_of_the_hub(small: Suite) -> None:
    keys = small.cells[0]["stages"]
    small.change(keys["base"], {"source.json": {"hub_id": "org/base", "revision": "a" * 40}})
    params = {"id": "org/data", "revision": "b" * 40}
    identity = {"benchmark": {"name": "sums", "params": params}}
    small.change(keys["rft"], {}, identity)
    card = model_card(checkpoints(small)[0], build_report(small.results))
    data = metadata(card)
    assert data.base_model == "org/base"
    assert data.datasets == ["org/data"]
    assert data.eval_results[0].dataset_type == "org/data"
    assert f"org/base at {'a' * 40}" in ModelCard(card).text


def test_evaluation_results_are_what_the_hub_reads(small: Suite) -> None:
    row = checkpoints(small)[0].rows[0]
    (entry,) = parse_eval_result_entries(
        yaml.safe_load(eval_results(row, "o/d", "main", "2026-01-02"))
    )
    assert (entry.dataset_id, entry.task_id, entry.value) == ("o/d", "main", 75.0)
    assert entry.date == "2026-01-02"
    assert "95 % interval" in present(entry.notes)


def test_lm_eval_results_have_the_scores_and_the_shape_of_lm_eval(small: Suite) -> None:
    checkpoint = checkpoints(small)[0]
    path, text = lm_eval_results(
        checkpoint, "post", "2026-01-02T03:04:05+00:00", {"transformers": "5"}
    )
    assert path == "tiny-sums-vanilla-grpo-seed0-rft/results_2026-01-02T03-04-05.000000.json"
    data = json.loads(text)
    scores = data["results"]["bi_bench_sums_test_id"]
    assert scores["acc,none"] == 0.75
    assert scores["acc_stderr,none"] == pytest.approx((0.75 * 0.25 / 19) ** 0.5)
    assert (
        json.loads(lm_eval_results(checkpoint, "pre", "2026-01-02", {})[1])["results"]
        != data["results"]
    )
    per_task = ("results", "configs", "versions", "n-shot", "higher_is_better", "n-samples")
    assert all(list(data[name]) == ["bi_bench_sums_test_id"] for name in per_task)


def test_lm_eval_makes_its_table_of_our_results(small: Suite) -> None:
    from lm_eval.utils import make_table

    _, text = lm_eval_results(checkpoints(small)[0], "post", "2026-01-02", {})
    table = make_table(json.loads(text))
    assert "bi_bench_sums_test_id" in table
    assert "0.75" in table


def export(*arguments: object, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_TOKEN": "", **changes}
    command = [sys.executable, "-m", "bi_bench", "export", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_verb_writes_all_forms_of_a_published_record(small: Suite, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    write_record(record, small.record, small.store, "quick-12ab")
    cards, logs, file = tmp_path / "cards", tmp_path / "logs", tmp_path / "t.tex"
    named = ("--dataset", "o/d", "--task", "main")
    for arguments in (
        ("model-cards", record, "--out", cards, *named),
        ("lm-eval-results", record, "--out", logs),
        ("latex", record, "--out", file),
    ):
        done = export(*arguments)
        assert done.returncode == 0, done.stderr
    assert file.read_text().count("\\toprule") == 1
    assert (
        len(list(cards.glob("*/README.md"))) == len(list(cards.glob("*/.eval_results/*.yaml"))) == 4
    )
    assert len(list(logs.glob("*/results_*.json"))) == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model-cards", "x", "--push", "me"), "--push needs a token"),
        (("model-cards", "x", "--task", "main"), "give both"),
        (("model-card", "x"), 'did you mean "model-cards"'),
        (("latex", "no/record.json"), "no such file"),
    ],
)
def test_what_cannot_be_exported_is_said_with_exit_code_2(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = export(*arguments, HF_HOME=str(tmp_path))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
