from __future__ import annotations

import random

from bi_bench.api import Phase
from bi_bench.stages.rft import reward_function
from bi_bench_plugins.benchmarks.igsm import IGSM


def test_the_derivation_reward_wants_every_needed_step() -> None:
    source = IGSM(IGSM.Params.model_validate({"tier": "embedded", "ops": (4, 6)}))
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
