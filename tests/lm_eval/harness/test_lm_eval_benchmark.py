from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bi_bench.api import Split, UserError
from bi_bench.plan import plan_suite
from bi_bench.suite import load_suite
from bi_bench_plugins.benchmarks.lm_eval import CatalogueParameters, LMEval
from bi_bench_plugins.benchmarks.lm_eval.judge import _choose
from tests.lm_eval.harness.conftest import Evaluation

ROOT = Path(__file__).parents[3]
SMOKE = ROOT / "suites" / "smoke.toml"
# lm-eval and what it imports warn about things that are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

CHOICE = """
task: pick
custom_dataset: !function utils.rows
test_split: test
output_type: multiple_choice
doc_to_text: question
doc_to_choice: ["b", "c"]
doc_to_target: gold
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
  - metric: brier_score
    aggregation: brier_score
    higher_is_better: false
"""
ROWS = """
import datasets

def rows(**_):
    found = [{"question": f"a {i} . ?", "gold": i % 2} for i in range(6)]
    return {"test": datasets.Dataset.from_list(found)}
"""


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choice")
    (folder / "pick.yaml").write_text(CHOICE)
    (folder / "both.yaml").write_text("group: both\ntask: [pick]\n")
    (folder / "utils.py").write_text(ROWS)
    return folder


def made(task: str, path: Path, **params: object) -> LMEval:
    return LMEval(CatalogueParameters.model_validate({"task": task, "path": str(path), **params}))


def named(task: str, path: Path, extra: str = "") -> str:
    return f'defaults.evaluate.benchmarks=[{{name="lm-eval",task="{task}",path="{path}"{extra}}}]'


@pytest.mark.slow
def test_an_exported_task_is_evaluated_as_bi_bench_does_it(
    exported: Path, own: Evaluation, evaluate: Callable[..., Evaluation]
) -> None:
    again = evaluate("pre/lm-eval/test-id", named("bi_bench_igsm_test_ood", exported))
    assert again.outcomes["greedy"] == own.outcomes["greedy"]
    assert again.outcomes["answers"] == own.outcomes["answers"]
    assert [row["completion"] for row in again.rows] == [row["completion"] for row in own.rows]
    assert again.outcomes["sampled"] == []
    assert again.outcomes["tokens"] > 1
    params = again.outcomes["identity"]["benchmark"]["params"]
    assert params["digest"]
    assert params["lm_eval"]
    assert "path" not in params


@pytest.mark.slow
def test_multiple_choice_and_fewer_problems_than_asked_for(
    choice: Path, evaluate: Callable[..., Evaluation]
) -> None:
    found = evaluate("pre/lm-eval/test-id", named("pick", choice))
    assert found.outcomes["problems"] == [f"pick/{index:06d}" for index in range(6)]
    assert found.outcomes["answers"] == ["b", "c"] * 3
    assert set(found.outcomes["greedy"]) <= {True, False}
    with pytest.raises(UserError, match=r"metric: brier_score .* must be right"):
        evaluate("pre/lm-eval/test-id", named("pick", choice, ',metric="brier_score"'))


def test_a_sample_of_the_documents_keeps_their_order(choice: Path) -> None:
    found = list(made("pick", choice).problems("test-id", 3, random.Random(0)))
    places = [problem.metadata["doc"] for problem in found]
    assert len(set(places)) == 3
    assert places == sorted(places)


@pytest.mark.parametrize("split", ["sft", "rl", "probe", "val", "test-ood", "pretrain"])
def test_every_other_split_is_declined_with_the_reason(choice: Path, split: Split) -> None:
    with pytest.raises(UserError, match=f"for evaluation alone: a task has test-id and no {split}"):
        made("pick", choice).problems(split, 3, random.Random(0))


def test_mistakes_name_what_to_write_instead(choice: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        made("pick", tmp_path / "none")
    with pytest.raises(UserError, match=r"lm_eval is .* do not set it"):
        made("pick", choice, lm_eval="0.0")
    with pytest.raises(UserError, match=r"digest is .* do not set it"):
        made("pick", choice, digest="0")
    with pytest.raises(UserError, match='"both" is a group'):
        list(made("both", choice).problems("test-id", 3, random.Random(0)))
    with pytest.raises(UserError, match='filter: the task has no "non"; did you mean "none"'):
        _choose("filter", "non", ["none", "strict"])


@pytest.mark.slow
def test_an_unknown_task_is_looked_for_in_the_whole_catalogue(choice: Path) -> None:
    with pytest.raises(UserError, match=r'no task "gsm8kk"; did you mean .*"gsm8k"'):
        list(made("gsm8kk", choice).problems("test-id", 3, random.Random(0)))


def test_training_on_it_is_skipped_with_the_reason(choice: Path) -> None:
    override = f'matrix.benchmarks=[{{name="lm-eval",task="pick",path="{choice}"}}]'
    plan = plan_suite(load_suite(SMOKE, [override]))
    assert not plan.stages
    assert plan.cells[0].skip == (
        "lm-eval has no problems for sft, rl, probe, test-ood; "
        "name it in defaults.evaluate.benchmarks instead"
    )


def test_a_task_file_that_changes_gives_other_keys(choice: Path, tmp_path: Path) -> None:
    (tmp_path / "pick.yaml").write_text(CHOICE)
    (tmp_path / "utils.py").write_text(ROWS)

    def key() -> str:
        plan = plan_suite(load_suite(SMOKE, [named("pick", tmp_path)]))
        return plan.cells[0].stages["pre/lm-eval/test-id"]

    before = key()
    assert key() == before
    (tmp_path / "utils.py").write_text(ROWS.replace("range(6)", "range(7)"))
    assert key() != before
