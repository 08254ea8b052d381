from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import SPLITS, Problem, UserError
from bi_bench.cli.options import ENTRY
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.stages.draw import draw
from bi_bench.store import Store
from bi_bench.suite import load_suite
from bi_bench_plugins.benchmarks.gym import ReasoningGym
from bi_bench_plugins.benchmarks.gym.answers import given_answer
from bi_bench_plugins.benchmarks.gym.parameters import GymParameters

SMALL = {"max_terms": 3, "max_digits": 1}


@pytest.fixture
def installed() -> None:
    pytest.importorskip("reasoning_gym", reason="the extra reasoning-gym is not installed")


def gym(dataset: str = "basic_arithmetic", **params: Any) -> ReasoningGym:
    return ReasoningGym(GymParameters.model_validate({"dataset": dataset, **params}))


def drawn(benchmark: ReasoningGym, split: Any, n: int = 40, seed: int = 0) -> list[Problem]:
    return list(benchmark.problems(split, n, random.Random(seed)))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("So it is <answer>1 2\n3 4</answer>", "1 2\n3 4"),
        ("<answer>5</answer> no, <answer>6</answer>", "6"),
        ("<answer>5</answer> or <answer>6</answer>", None),
        ("<answer>5 6</answer> and <answer>5  6\n</answer>", "5  6"),
        (r"<answer>\boxed{7}</answer>", "7"),
        (r"It is \boxed{8}.", "8"),
        ("<answer>\n9\n</answer> and so on", "9"),
        ("<answer>10", None),
        ("<answer> </answer>", None),
        ("<answer>" + "1" * 4001 + "</answer>", None),
        ("11", None),
    ],
)
def test_the_last_answer_counts(text: str, answer: str | None) -> None:
    assert given_answer(text).answer == answer


def test_a_missing_package_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bi_bench_plugins.benchmarks.gym.parameters.PACKAGE", "reasoning-gym-of-tomorrow"
    )
    with pytest.raises(UserError, match=r"is not installed; pip install 'bi-bench\["):
        gym()


@pytest.mark.usefixtures("installed")
def test_splits_share_no_question_and_repeat_with_the_seed() -> None:
    benchmark = gym(config=SMALL, config_ood={"max_terms": 6})
    questions = {split: {p.question for p in drawn(benchmark, split)} for split in SPLITS}
    assert all(len(found) == 40 for found in questions.values())
    assert len(set.union(*questions.values())) == 40 * len(SPLITS)
    assert benchmark.tally("sft")["left_out"]["drawn again"] > 0
    assert drawn(benchmark, "rl", seed=1) == drawn(benchmark, "rl", seed=1)
    assert drawn(benchmark, "rl", seed=1) != drawn(benchmark, "rl", seed=2)


@pytest.mark.usefixtures("installed")
def test_a_split_that_runs_out_yields_what_there_is() -> None:
    few = gym("coin_flip", config={"min_trials": 3, "max_trials": 3})
    assert 0 < len(drawn(few, "sft", 5000)) < 5000


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("dataset", ["basic_arithmetic", "gcd", "rotate_matrix", "mini_sudoku"])
def test_the_verifier_of_the_dataset_grades(dataset: str) -> None:
    benchmark = gym(dataset)
    for problem in draw(benchmark, "probe", 4, random.Random(0)):
        good = benchmark.grade(problem, f"Well, <answer>{problem.answer}</answer>")
        assert (good.correct, good.parsed) == (True, True)
        # It contains the answer, for which some verifiers give a part of the score.
        partial = benchmark.grade(problem, f"<answer>{problem.answer} or so</answer>")
        assert (partial.correct, partial.parsed) == (False, True)
        assert not benchmark.grade(problem, "no idea").parsed


@pytest.mark.usefixtures("installed")
def test_verifiers_that_run_what_a_model_wrote_are_refused() -> None:
    in_it = ("countdown", "puzzle24", "n_queens", "spiral_matrix", "simple_integration")
    beside_it = ("bitwise_arithmetic", "propositional_logic", "composite")
    for dataset in (*in_it, *beside_it):
        with pytest.raises(UserError, match="may run answers of the model as code"):
            drawn(gym(dataset), "sft", 1)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dataset": "basic_aritmetic"}, 'no dataset "basic_aritmetic"; did you mean'),
        ({"config": {"max_term": 3}}, 'no setting "max_term"; did you mean "max_terms"'),
        ({"config": {"min_terms": 0}}, "settings of .* are wrong: min_terms must be positive"),
        ({"dataset": "graph_color"}, "graph_color has no reference answers"),
        ({"package": "0.0.1"}, "0.0.1 was planned with"),
    ],
)
def test_wrong_parameters_say_what_is_wrong(params: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        drawn(gym(**params), "sft", 1)


@pytest.mark.usefixtures("installed")
def test_a_whole_cell_runs_on_the_embedded_model(tmp_path: Path) -> None:
    file = tmp_path / "gym.toml"
    file.write_text(
        """
name = "gym"
[matrix]
benchmarks = [{ name = "reasoning-gym", dataset = "chain_sum", config = { max_terms = 3, max_digits = 1 } }]
models = ["tiny"]
strategies = ["vanilla", "bridge"]
algorithms = [{ name = "grpo", steps = 1, prompts = 4, group = 2 }]
seeds = [0]
[defaults]
data = { sft = 8, rl = 4, probe = 4, test = 4 }
sft = { epochs = 1, batch_size = 8, micro_batch_size = 8 }
rollouts = { max_new_tokens = 8, micro_batch_size = 8 }
evaluate = { splits = ["test-id"], samples = 2 }
probe = { samples = 2 }
"""
    )
    plan, store = plan_suite(load_suite(file)), Store(tmp_path / "store")
    assert [cell.skip for cell in plan.cells] == [
        "",
        "bridge needs a graph, which reasoning-gym does not provide",
    ]
    for stage in plan.stages:
        assert run_stage_here(store, stage, ENTRY).status == "finished"
