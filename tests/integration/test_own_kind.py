"""A second kind of model goes through a suite by its plugin alone, and wrong pairs are refused early."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.role import BASE, RFT, SFT, analyse, post, pre
from bi_bench.plan import plan_suite
from bi_bench.report.content.rows import build_report
from bi_bench.suite import load_suite
from tests.micro import EXAMPLES, micro_suite, run_suite

NGRAM = (EXAMPLES / "ngram.py").read_text()
PAGE = (EXAMPLES.parent / "authors" / "model.md").read_text()
ANALYSIS = '''
from pathlib import Path
from bi_bench.api import Analysis, hookimpl
from ngram import NGram

class Surprise(Analysis):
    """The loss of one text under each checkpoint."""
    name = "surprise"
    needs = ("base", "sft", "rft")
    uses_models = True
    kinds = frozenset({"n-gram"})
    def measure(self, context):
        rows = []
        for role, folder in context.folders.items():
            model = NGram().load(folder, context.numerics)
            rows.append({"checkpoint": role, "loss": -model.logprobs(["n1 3 . n1"], ["4"])[0]})
        return rows

@hookimpl
def bi_bench_analyses():
    return [Surprise]
'''
BOTH = '"count-on", { name = "grpo", steps = 1, prompts = 4, group = 2 }'


def test_a_model_of_another_kind_is_trained_and_evaluated(tmp_path: Path) -> None:
    file = micro_suite(
        tmp_path,
        plugins={"ngram.py": NGRAM, "surprise.py": ANALYSIS},
        models='"ngram"',
        algorithms='"count-on"',
        top='analyses = ["surprise"]',
    )
    results = run_suite(file, tmp_path / "store")
    (cell,) = results.cells
    assert all(state.status == "done" for state in cell.states.values())
    for role in (BASE, SFT, RFT):
        assert (results.folder(cell.keys[role]) / "counts.json").is_file()
    rows = results.table(cell.keys[analyse("surprise")])
    losses = {row["checkpoint"]: float(str(row["loss"])) for row in rows}
    assert losses["base"] > losses["sft"] > losses["rft"]
    before, after = (results.artifact(Outcomes, cell.keys[role("test-id")]) for role in (pre, post))
    assert before.identity == after.identity
    assert sum(before.greedy) > 0  # a base model that never saw a digit is never right
    assert len(results.history(cell.keys[SFT])) == 4  # two epochs of 8 demonstrations, 4 at a time
    (row,) = build_report(results).rows
    assert row.greedy is not None


def test_the_page_shows_the_example() -> None:
    assert f"```python\n{NGRAM}```" in PAGE


def test_a_wrong_pair_is_skipped_by_the_plan(tmp_path: Path) -> None:
    file = micro_suite(
        tmp_path,
        plugins={"ngram.py": NGRAM, "surprise.py": ANALYSIS},
        models='"ngram", "tiny"',
        algorithms=BOTH,
        top='analyses = ["surprise", "solution-loss"]',
    )
    graph = plan_suite(load_suite(file))
    cells = {(c.axes["model"], c.axes["algorithm"]): c for c in graph.cells}
    assert cells["ngram", "grpo"].skip == (
        "grpo serves models of the kind causal, and ngram is of the kind n-gram"
    )
    assert cells["tiny", "count-on"].skip == (
        "count-on serves models of the kind n-gram, and tiny is of the kind causal"
    )
    served = cells["ngram", "count-on"], cells["tiny", "grpo"]
    assert [cell.skip for cell in served] == ["", ""]
    assert [list(cell.without) for cell in served] == [["solution-loss"], ["surprise"]]
    keyed = {stage.kind for stage in graph.stages if "model" in stage.identity}
    assert keyed == {"base", "sft", "rft", "probe", "evaluate"}
    causal = {served[1].stages[role] for role in ("sft", "rft", "probe")}
    assert not any("model" in stage.identity for stage in graph.stages if stage.key in causal)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        (
            "defaults.prompt.template=plain.jinja",
            "defaults.prompt.template serves causal models alone",
        ),
        ('defaults.lora.stages=["sft"]', "defaults.lora serves causal models alone"),
        ("defaults.match_sft=tokens", 'match_sft = "tokens" serves causal models alone'),
        ("defaults.numerics.processes=2", "processes > 1 serves causal models alone"),
    ],
)
def test_settings_of_causal_models_are_refused(tmp_path: Path, override: str, reason: str) -> None:
    (tmp_path / "plain.jinja").write_text("{{ messages[0].content }}")
    file = micro_suite(
        tmp_path, plugins={"ngram.py": NGRAM}, models='"ngram"', algorithms='"count-on"'
    )
    (cell,) = plan_suite(load_suite(file, [override])).cells
    assert reason in cell.skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "n-gram"', 'kind = "causal"', 'NGram.kind is "causal"; bi_bench loads models of'),
        ("def load(", "def lode(", 'NGram.kind is "n-gram"; a kind of its own needs a method load'),
        ('kind = "n-gram"', 'kind = "N gram"', "NGram.kind is 'N gram'; a kind is a name in lower"),
        ('kinds = frozenset({"n-gram"})', 'kinds = "n-gram"', "CountOn.kinds must be frozenset"),
    ],
)
def test_a_plugin_that_cannot_work_is_refused_when_it_is_loaded(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    source = NGRAM.replace(old, new)
    assert source != NGRAM
    file = micro_suite(
        tmp_path, plugins={"ngram.py": source}, models='"ngram"', algorithms='"count-on"'
    )
    with pytest.raises(UserError, match=message):
        load_suite(file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("        return found\n", "        return found[1:]\n", "sample must return 8 objects"),
        ("Completion(text, step + 1", "Completion(None, step + 1", "sample must return 8 objects"),
        ("Learned(log, tokens)", "log", "fine_tune returned a list, not a Learned"),
        ("Learned(log, tokens)", "Learned([3], tokens)", "must be mappings from names to numbers"),
        ("(folder / FILE).write_text(", "str(", "save wrote nothing into its folder"),
        ("return Counts(self", "return str(self", "load returned a str, not a LoadedModel"),
        (
            'ModelSource(identity="from scratch")',
            "None",
            "the result of source.* must be ModelSource",
        ),
    ],
)
def test_what_a_model_does_wrong_names_its_plugin(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    source = NGRAM.replace(old, new, 1).replace("str(self.params.order, letters, {})", "'none'")
    assert source != NGRAM
    file = micro_suite(
        tmp_path, plugins={"ngram.py": source}, models='"ngram"', algorithms='"count-on"'
    )
    with pytest.raises(UserError, match=f"ngram.*{message}"):
        run_suite(file, tmp_path / "store")
