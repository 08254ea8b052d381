"""The page about strategies: its example, its suite, and what it says of the steps."""

from __future__ import annotations

import random
import re
import string
from dataclasses import fields
from pathlib import Path

import pytest

from bi_bench.api import Benchmark, Draft, LanguageModel, Strategy
from bi_bench.api.plan import STEP_KINDS
from bi_bench.artifacts.demonstrations import AugmentSummary
from bi_bench.cli.options import ENTRY
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.plugins import discover
from bi_bench.stages.verified import verified
from bi_bench.store import Store
from bi_bench.suite import load_suite

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "authors" / "strategy.md").read_text()
EXAMPLE = DOCS / "examples" / "look_ahead.py"
INJECTED = "attempt (injected)"
SIZES = "data = { sft = 6, rl = 16, probe = 4, val = 4, test = 4 }"


def test_the_page_has_the_example_that_runs() -> None:
    assert f"```python\n{EXAMPLE.read_text()}```" in PAGE


@pytest.mark.parametrize("name", ["paths", "igsm", "dyval-arithmetic"])
def test_the_example_demonstrates_every_benchmark_with_a_graph(name: str) -> None:
    found = discover([EXAMPLE])
    benchmark, cls = found.get(Benchmark, name).cls(), found.get(Strategy, "look-ahead").cls
    strategy = cls(cls.Params.model_validate({"share": 1.0}))
    kinds = set()
    for problem in benchmark.problems("sft", 5, random.Random(0)):
        made = verified(benchmark, strategy, problem, 0)
        assert isinstance(made, list)
        kinds |= {span.kind for each in made for span in each.solution.spans if span.injected}
    assert kinds == {"attempt", "return"}


def test_the_suite_of_the_page_makes_its_demonstrations(tmp_path: Path) -> None:
    (tmp_path / EXAMPLE.name).write_text(EXAMPLE.read_text())
    (suite,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "suite.toml"
    file.write_text(f'name = "page"\n{re.sub("data = .*", SIZES, suite)}')
    planned, store = plan_suite(load_suite(file, ["matrix.seeds=[0]"])), Store(tmp_path / "store")
    summaries = {}
    for stage in planned.stages:
        if stage.kind == "augment" or stage.label.startswith("sft · "):
            run_stage_here(store, stage, ENTRY)
            if stage.kind == "augment":
                label = stage.label.split(" · ")[0]
                summaries[label] = AugmentSummary.read(store.folder(stage.key))
    assert summaries.keys() == {"vanilla", "search-trace", "look-ahead", "always"}
    assert not any(summary.wrong_lines or summary.declined for summary in summaries.values())
    attempts = {label: summary.steps.get(INJECTED, 0) for label, summary in summaries.items()}
    assert attempts["always"] >= attempts["look-ahead"]
    assert attempts["vanilla"] == attempts["search-trace"] == 0 < attempts["always"]


def test_the_page_lists_the_words_of_the_embedded_model(tiny_model: LanguageModel) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model.source().folder)
    (listed,) = re.findall(r"^```text\n(\. : .*?)```", PAGE, re.DOTALL | re.MULTILINE)
    words = {*listed.split(), *map(str, range(100)), *string.ascii_letters}
    blank = tokenizer.tokenize("wait")[0]
    assert {t[1:] for t in tokenizer.get_vocab() if t.startswith(blank) and t != blank} == words
    assert all(len(tokenizer.tokenize(word)) == 1 for word in words)
    assert len(tokenizer.tokenize("wait")) == 5


def test_the_page_has_every_kind_of_step_and_every_field_of_a_draft() -> None:
    assert set(re.findall(r'^\| `Step\("(\w+)"', PAGE, re.MULTILINE)) == set(STEP_KINDS)
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {field.name for field in fields(Draft)} - {"plan"} <= set(rows)
