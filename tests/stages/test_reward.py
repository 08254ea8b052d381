"""Rewards as a phase names them: graded ones, weighted sums, controls that must teach nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bi_bench.api import (
    Algorithm,
    Benchmark,
    Grade,
    PolicyGradient,
    Problem,
    RewardTerm,
    Rollout,
    UserError,
)
from bi_bench.plugins import discover
from bi_bench.stages.context import StageContext
from bi_bench.stages.rewards import grading, phase_rewards
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.identity import parse
from bi_bench.training.job import TrainingJob
from bi_bench.training.room import TrainingRoom
from bi_bench.training.trl.task import RFTSettings, go_on
from bi_bench_plugins.algorithms.grpo import GRPO
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny

SOURCE = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (2, 3)}))
(PROBLEM,) = SOURCE.problems("rl", 1, random.Random(0))
RIGHT = f"</think> <answer> {PROBLEM.answer} </answer>"
WRONG = f"</think> <answer> {(int(PROBLEM.answer) + 1) % 7} </answer>"
SETTINGS = {"temperature": 1.0, "max_new_tokens": 16, "batch_size": 64, "micro_batch_size": 16}


@pytest.fixture(scope="module")
def tiny() -> Checkpoint:
    folder = Tiny().source().folder
    assert folder is not None
    return Checkpoint.load(folder, Numerics())


class Earn:
    """What texts earn as answers to problems, under rewards that a phase names."""

    def __init__(self, checkpoint: Checkpoint, scratch: Path) -> None:
        self.checkpoint, self.scratch = checkpoint, scratch

    def room(
        self,
        *rewards: str | RewardTerm,
        seed: int = 0,
        benchmark: Benchmark = SOURCE,
        problems: Sequence[Problem] = (PROBLEM,),
    ) -> TrainingRoom:
        registry = discover()
        identity = {"algorithm": {**registry.get(Algorithm, "grpo").identity(), "params": {}}}
        stage = {"identity": identity, "plugin_files": []}
        context = StageContext.make(stage, {}, self.scratch, lambda **_: None)
        phase = PolicyGradient(steps=1, prompts=1, group=2, rewards=rewards)
        return TrainingRoom(
            TrainingJob(self.checkpoint, Numerics(), seed, self.scratch),
            parse(RFTSettings, SETTINGS),
            phase,
            GRPO(),
            problems,
            ["" for _ in problems],
            grading(benchmark, problems, {}, seed),
            phase_rewards(context, phase, seed),
            go_on,
        )

    def __call__(self, name: str | RewardTerm, texts: Sequence[str], seed: int = 0) -> list[float]:
        return self.room(name, seed=seed).rewards(rollouts(texts))


def rollouts(texts: Sequence[str], problem: int = 0) -> list[Rollout]:
    return [Rollout(problem, text, (7,) * len(text), truncated=False) for text in texts]


@pytest.fixture
def earn(tiny: Checkpoint, tmp_path: Path) -> Earn:
    return Earn(tiny, tmp_path)


def test_the_derivation_reward_wants_every_needed_step(earn: Earn) -> None:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (4, 6)}))
    problems = list(source.problems("rl", 10, random.Random(0)))
    answer = earn.room("answer", benchmark=source, problems=problems)
    derivation = earn.room("derivation", benchmark=source, problems=problems)
    for index, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(0))
        assert plan is not None
        full = source.speak(problem, plan, "w").text
        lucky = f"</think> <answer> {problem.answer} </answer>"
        given = rollouts([full, lucky, "nonsense"], index)
        assert answer.rewards(given) == [1.0, 1.0, 0.0]
        assert derivation.rewards(given) == [1.0, 0.0, 0.0]


def test_null_controls_pay_for_wrong_answers_for_form_and_for_nothing(earn: Earn) -> None:
    texts = [RIGHT, WRONG, PROBLEM.answer]
    assert earn("answer", texts) == [1.0, 0.0, 0.0]
    assert earn("inverted", texts) == [0.0, 1.0, 1.0]
    assert earn("format-only", texts) == [1.0, 1.0, 0.0]


def test_the_random_reward_repeats_with_its_seed_and_does_not_see_the_text(earn: Earn) -> None:
    first = earn("random", [RIGHT] * 400, seed=1)
    assert first == earn("random", [WRONG] * 400, seed=1)
    assert first != earn("random", [RIGHT] * 400, seed=2)
    assert set(first) == {0.0, 1.0}
    assert abs(sum(first) / 400 - 0.5) < 0.1


def test_the_random_reward_does_not_repeat_from_batch_to_batch(earn: Earn) -> None:
    room = earn.room("random")
    assert len({tuple(room.rewards(rollouts([RIGHT] * 20))) for _ in range(5)}) == 5


def test_rewards_are_added_up_by_their_weights(earn: Earn) -> None:
    room = earn.room("answer", RewardTerm("layout", weight=0.05))
    assert room.rewards(rollouts([RIGHT, WRONG, "5"])) == pytest.approx([1.05, 0.05, 0.0])


def test_a_reward_has_parameters(earn: Earn) -> None:
    term = RewardTerm("length-penalised", {"penalty": 0.5, "tokens": 2 * len(RIGHT)})
    assert earn(term, [RIGHT, WRONG]) == [0.75, 0.0]
    with pytest.raises(UserError, match=r'"length-penalised" does not take .* penalti'):
        earn(RewardTerm("length-penalised", {"penalti": 0.5}), [RIGHT])


def test_a_grader_that_raises_is_told_with_the_problem(earn: Earn) -> None:
    class Fragile(IGSM):
        def grade(self, problem: Problem, completion: str) -> Grade:
            return dict[str, Grade]()[completion]

    room = earn.room("answer", benchmark=Fragile(SOURCE.params))
    with pytest.raises(UserError, match=f"{PROBLEM.id}: KeyError: 'so'") as caught:
        room.rewards(rollouts(["so"]))
    assert isinstance(caught.value.__cause__, KeyError)
