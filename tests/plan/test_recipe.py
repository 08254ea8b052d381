"""Algorithms that cannot be carried out are found by the plan, with the names that exist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.plan.record import run_record
from bi_bench.suite import load_suite

ALGORITHM = """
from bi_bench.api import (
    Algorithm, Custom, ExpertIteration, Parameters, Phase, PolicyGradient, Reward, RewardTerm,
    RolloutPhase, SupervisedUpdates, Trainer, hookimpl,
)

def pg(**given):
    return PolicyGradient(**{"steps": 2, "prompts": 8, "group": 4, **given})

class Mine(Algorithm):
    '''Mine.'''
    name = "mine"
    def phases(self):
        return PHASES
    MORE

class Settings(Parameters):
    rate: float = 1.0

class Own(Trainer[Settings]):
    '''Nothing.'''
    name = "own"
    def check(self, phase):
        if self.params.rate > 9:
            return {}["nine"]
    def train(self, room, phase): pass

class Graphic(Reward):
    '''Nothing.'''
    name = "graphic"
    needs = frozenset({"pictures"})
    def score(self, problem, rollout, grade): return 0.0

@hookimpl
def bi_bench_algorithms(): return [Mine]
@hookimpl
def bi_bench_trainers(): return [Own]
@hookimpl
def bi_bench_rewards(): return [Graphic]
"""


def planned(file: Path, phases: str, *overrides: str, more: str = "") -> StageGraph:
    source = ALGORITHM.replace("PHASES", phases).replace("MORE", more)
    (file.parent / "mine.py").write_text(source)
    return plan_suite(load_suite(file, ['plugins=["./mine.py"]', *overrides]))


FAULTS = [
    ("[pg(rewards=(lambda grade: 1.0,))]", "a reward is a function, and must be a name"),
    ('[pg(rewards="answer")]', r'rewards must be a sequence, like \("answer",\)'),
    ('[pg(rewards=("answers",))]', 'rewards: "answers" not found; did you mean "answer"'),
    ("[pg(rewards=())]", "it has no reward"),
    ('[pg(rewards=("answer", "answer"))]', "a reward is named twice"),
    (
        '[pg(rewards=(RewardTerm("length-penalised", {"penalti": 1}),))]',
        'reward "length-penalised": penalti: unknown key',
    ),
    (
        '[pg(rewards=(RewardTerm("length-penalised", {"penalty": -1.0}),))]',
        "penalty: .*greater than or equal to 0",
    ),
    ('[pg(rewards=(RewardTerm.of({"nam": "answer"}),))]', "a reward is a name or a table with one"),
    ('[pg(trainer="gpo")]', 'trainers: "gpo" not found; did you mean "grpo"'),
    ("[pg(trainer=7)]", "trainer is a int, and must be a name"),
    ('[pg(trainer="sft")]', 'the trainer "sft" takes phases of the class SupervisedUpdates'),
    ("[pg(steps=0)]", "steps must be an integer of at least 1, not 0"),
    ("[pg(prompts=8.0)]", "prompts must be an integer"),
    ('[pg(start="bse")]', "start is one of previous, sft, base, not 'bse'"),
    ('[pg(config={"beta": {1}})]', "settings are no plain JSON"),
    ('[pg(config={"beta": 1e999})]', "settings are no plain JSON"),
    ('[pg(config={"loss_typ": "grpo"})]', 'no field "loss_typ"; did you mean "loss_type"'),
    ('[pg(config={"loss_type": "gpro"})]', 'did you mean "grpo"'),
    ("[pg(group=1)]", "at least 2 rollouts"),
    (
        '[pg(config={"model_init_kwargs": {"attn_implementation": "me/k"}})]',
        'attn_implementation = "me/k" would run code from the hub',
    ),
    ('["grpo"]', "it is a str, and must be one like PolicyGradient or Custom"),
    ('[Phase(trainer="grpo", steps=1)]', "it is a Phase, and must be one like"),
    ("[]", "it has no phases"),
    ('{}["seven"]', r"KeyError: 'seven' \(mine.py:14\)"),
    ("__import__('sys').exit(3)", "SystemExit: 3"),
    ("[pg(prompt=3)]", r"unexpected keyword argument 'prompt' \(mine.py:8\)"),
    ("[ExpertIteration(steps=1, prompts=2, group=2, keep=0)]", "keep must be an integer of at"),
    ('[SupervisedUpdates(steps=1, data="rollouts")]', "phase 1: it learns from the rollouts of"),
    (
        '[pg(), SupervisedUpdates(steps=1, data="rollout")]',
        'data is "demonstrations" or "rollouts"',
    ),
    (
        '[Custom(trainer="own", steps=1, prompts=1, group=1, config={"rat": 2.0})]',
        '"own" does not take these parameters: rat',
    ),
    (
        '[Custom(trainer="own", steps=1, prompts=1, group=1, config={"rate": 10.0})]',
        r"trainer \"own\": KeyError: 'nine' \(mine.py:25\)",
    ),
]


@pytest.mark.parametrize(("phases", "message"), FAULTS)
def test_cells_with_impossible_phases_are_skipped(
    suite_file: Path, phases: str, message: str
) -> None:
    plan = planned(suite_file, phases, 'matrix.algorithms=["grpo","mine"]')
    skips = {cell.axes["algorithm"]: cell.skip for cell in plan.cells}
    assert not skips["grpo"]
    with pytest.raises(UserError, match=f"algorithm mine: .*{message}"):
        raise UserError(skips["mine"])
    run_record(plan, "bi-bench run suite.toml")
    with pytest.raises(UserError, match=f"algorithm mine: .*{message}"):
        planned(suite_file, phases, 'matrix.algorithms=["mine"]')


def test_what_a_reward_needs_the_benchmark_must_provide(suite_file: Path) -> None:
    phases = '[pg(rewards=("answer", "graphic"))]'
    plan = planned(suite_file, phases, 'matrix.algorithms=["mine"]')
    assert {cell.skip for cell in plan.cells} == {
        'the reward "graphic" of mine needs a pictures, which igsm does not provide'
    }


@pytest.mark.parametrize(
    ("phases", "hook"),
    [
        ("[ExpertIteration(steps=1, prompts=2, group=2)]", "credit"),
        ("[SupervisedUpdates(steps=1)]", "choose"),
        ('[Custom(trainer="own", steps=1, prompts=1, group=1)]', "between"),
    ],
)
def test_a_method_that_the_trainer_never_calls_is_refused(
    suite_file: Path, phases: str, hook: str
) -> None:
    more = f"def {hook}(self, *given): return None"
    assert not planned(suite_file, phases, 'matrix.algorithms=["mine"]').cells[0].skip
    with pytest.raises(UserError, match=f"does not call {hook}, which the algorithm overrides"):
        planned(suite_file, phases, 'matrix.algorithms=["mine"]', more=more)


def test_several_processes_cannot_see_all_rollouts(suite_file: Path) -> None:
    more = "def choose(self, history, n, rng): return None"
    changes = ('matrix.algorithms=["mine"]', "defaults.numerics.processes=2")
    with pytest.raises(UserError, match="mine overrides choose, which has to see all rollouts"):
        planned(suite_file, "[pg()]", *changes, more=more)


def test_phases_say_which_stages_they_need(suite_file: Path) -> None:
    def parents(phases: str, more: str = "") -> set[str]:
        plan = planned(suite_file, phases, 'matrix.algorithms=["mine"]', more=more)
        rft = plan.cells[0].stages["rft"]
        return set(next(stage for stage in plan.stages if stage.key == rft).parents)

    assert parents("[pg()]") == {"checkpoint", "problems"}
    assert parents('[pg(), pg(start="base")]') == {"checkpoint", "problems", "base"}
    supervised = "[SupervisedUpdates(steps=1)]"
    assert parents(supervised) == {"checkpoint", "problems", "augment"}
    needs = 'needs = frozenset({"demonstrations"})'
    assert parents("[pg()]", needs) == {"checkpoint", "problems", "demonstrations"}


def test_keys_hold_rewards_and_trainers_that_are_not_implied(suite_file: Path) -> None:
    def identity(phases: str) -> dict[str, object]:
        plan = planned(suite_file, phases, 'matrix.algorithms=["mine"]')
        rft = plan.cells[0].stages["rft"]
        return dict(next(stage for stage in plan.stages if stage.key == rft).identity)

    assert not {"rewards", "trainers"} & identity('[pg(rewards=("answer",))]').keys()
    found = identity('[Custom(trainer="own", steps=1, prompts=1, group=2)]')
    trainers = found["trainers"]
    assert isinstance(trainers, dict)
    assert trainers["own"].keys() == {"name", "source"}
    assert "rewards" not in found


def test_the_plan_of_all_algorithms_needs_no_torch(suite_file: Path) -> None:
    names = '"grpo","dapo","expert-iteration","sft-longer"'
    code = f"""
import sys
from pathlib import Path
from bi_bench.plan import plan_suite
from bi_bench.suite import load_suite
plan_suite(load_suite(Path({str(suite_file)!r}), ['matrix.algorithms=[{names}]']))
print(sorted({{"torch", "transformers", "trl"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("reward", "message"),
    [
        ('"answre"', r'algorithms\[1\].reward: rewards: "answre" not found; did you mean "answer"'),
        ('{name="answre"}', r'algorithms\[1\].reward: rewards: "answre" not found'),
        (
            '{name="length-penalised",penalti=1}',
            r'\[1\].reward.penalti: unknown key; did you mean "penalty"\? Allowed: penalty, tokens',
        ),
        (
            '{name="length-penalised",penalty="1"}',
            r"reward.penalty: Input should be a valid number",
        ),
        ("3", r"\[1\].reward: must be a text or a table \(given: 3\)"),
    ],
)
def test_a_reward_that_the_suite_names_is_a_fault_of_the_suite(
    suite_file: Path, reward: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        planned(
            suite_file, "[pg()]", f'matrix.algorithms=["grpo",{{name="dr-grpo",reward={reward}}}]'
        )
