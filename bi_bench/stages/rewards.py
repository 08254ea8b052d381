"""The rewards of a phase: the plugins that it names, and the grades that they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bi_bench.api import Benchmark, Problem, Reward, RolloutPhase, StepVerdict, stream, verify
from bi_bench.api.boundary import calling
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import graded
from bi_bench.training.room import Grading, Weighted


def phase_rewards(context: StageContext, phase: RolloutPhase, seed: int) -> list[Weighted]:
    """The rewards of a phase, each with a random stream of its own named by ``seed``."""
    found = []
    for term in phase.terms:
        reward = context.part(Reward, term.name, term.params)
        reward.rng = stream(seed, "reward", term.name)
        found.append(Weighted(reward, term.weight))
    return found


def grading(
    benchmark: Benchmark, problems: Sequence[Problem], shown: Mapping[str, str], seed: int
) -> Grading:
    """Grades, verdicts and solutions of problems by index.

    ``shown`` are demonstrations by the id of their problem; other problems have the plain solution.
    """

    def verdicts(index: int, text: str) -> list[StepVerdict]:
        problem = problems[index]
        if problem.graph is None:
            return []
        who = f"benchmark {benchmark.name} cannot read an answer to problem {problem.id}"
        with calling(who, benchmark.steps):
            return verify(problem.graph, benchmark.steps(problem, text))

    def demonstration(index: int) -> str | None:
        problem = problems[index]
        if problem.id in shown:
            return shown[problem.id]
        with calling(f"benchmark {benchmark.name}, solution of problem {problem.id}"):
            plan = benchmark.plan(problem, stream(seed, "plan", problem.id))
            if plan is None:
                return problem.solution
            return benchmark.speak(problem, plan, f"{seed}/{problem.id}").text

    return Grading(
        lambda index, text: graded(benchmark, problems[index], text), verdicts, demonstration
    )
