from __future__ import annotations

import random
import time
from typing import Any

import pytest

from bi_bench.api import Grade, Phase, Problem, UserError
from bi_bench.stages.rewards import reward_function
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters


def test_the_derivation_reward_wants_every_needed_step() -> None:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (4, 6)}))
    problems = list(source.problems("rl", 10, random.Random(0)))
    for index, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(0))
        assert plan is not None
        full = source.speak(problem, plan, "w").text
        lucky = f"</think> <answer> {problem.answer} </answer>"
        texts = [full, lucky, "nonsense"]
        answer = reward_function(source, problems, Phase("grpo", 1, 1, 2))
        assert answer([index] * 3, texts) == [1.0, 1.0, 0.0]
        derivation = reward_function(source, problems, Phase("grpo", 1, 1, 2, "derivation"))
        assert derivation([index] * 3, texts) == [1.0, 0.0, 0.0]


SOURCE = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (2, 3)}))
(PROBLEM,) = SOURCE.problems("rl", 1, random.Random(0))
RIGHT = f"</think> <answer> {PROBLEM.answer} </answer>"
WRONG = f"</think> <answer> {(int(PROBLEM.answer) + 1) % 7} </answer>"


def earned(name: Any, texts: list[str], seed: int = 0) -> list[float]:
    reward = reward_function(SOURCE, [PROBLEM], Phase("grpo", 1, 1, 2, name), seed)
    return reward([0] * len(texts), texts)


def test_null_controls_pay_for_wrong_answers_for_form_and_for_nothing() -> None:
    texts = [RIGHT, WRONG, PROBLEM.answer]
    assert earned("answer", texts) == [1.0, 0.0, 0.0]
    assert earned("inverted", texts) == [0.0, 1.0, 1.0]
    assert earned("format-only", texts) == [1.0, 1.0, 0.0]


def test_the_random_reward_repeats_with_its_seed_and_does_not_see_the_text() -> None:
    first = earned("random", [RIGHT] * 400, seed=1)
    assert first == earned("random", [WRONG] * 400, seed=1)
    assert first != earned("random", [RIGHT] * 400, seed=2)
    assert set(first) == {0.0, 1.0}
    assert abs(sum(first) / 400 - 0.5) < 0.1


def test_the_random_reward_does_not_repeat_from_batch_to_batch() -> None:
    reward = reward_function(SOURCE, [PROBLEM], Phase("grpo", 1, 1, 2, "random"))
    assert len({tuple(reward([0] * 20, [RIGHT] * 20)) for _ in range(5)}) == 5


def test_a_reward_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UserError, match='unknown reward "invrted"; did you mean "inverted"'):
        earned("invrted", [RIGHT])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("so 3 </think> <answer> 3 </answer>", True),
        ("so 3\n</think>\n<answer>\\boxed{3}</answer>\n", True),
        ("so 3 <answer> 3 </answer>", False),
        ("</think> 3 <answer> 3 </answer>", False),
        ("</think> <answer> 3 </answer> and more", False),
        ("</think> </think> <answer> 3 </answer>", False),
        ("</think> <answer> 3 </answer> <answer> 3 </answer>", False),
        ("</think> <answer> 3", False),
    ],
)
def test_the_layout_is_worth_its_weight_on_top(text: str, right: bool) -> None:
    reward = reward_function(SOURCE, [PROBLEM], Phase("grpo", 1, 1, 2, format_reward=0.05))
    plain = reward_function(SOURCE, [PROBLEM], Phase("grpo", 1, 1, 2))
    assert reward([0], [text])[0] - plain([0], [text])[0] == pytest.approx(0.05 * right)


@pytest.mark.alone
def test_a_long_completion_is_laid_out_in_no_time() -> None:
    reward = reward_function(SOURCE, [PROBLEM], Phase("grpo", 1, 1, 2, format_reward=0.05))
    start = time.perf_counter()
    reward([0] * 3, ["</think>" * 20_000, "<" * 200_000, "a </think> " + " " * 200_000])
    assert time.perf_counter() - start < 2


def test_a_grader_that_raises_is_told_with_the_problem() -> None:
    class Fragile(IGSM):
        def grade(self, problem: Problem, completion: str) -> Grade:
            return dict[str, Grade]()[completion]

    fragile = Fragile(SOURCE.params)
    reward = reward_function(fragile, [PROBLEM], Phase("grpo", 1, 1, 2))
    with pytest.raises(UserError, match=f"{PROBLEM.id}: KeyError: 'so'") as caught:
        reward([0], ["so"])
    assert isinstance(caught.value.__cause__, KeyError)
