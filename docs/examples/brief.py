"""A reward for right answers in few tokens."""

from pydantic import Field

from bi_bench.api import Parameters, Reward, hookimpl


class BriefParameters(Parameters):
    """How long an answer may be."""

    tokens: int = Field(256, ge=1, description="length from which on a right answer earns nothing")


class Brief(Reward[BriefParameters]):
    """1 for a right answer of no length, falling to 0 at ``tokens``; 0 for a wrong one."""

    name = "brief"

    def score(self, problem, rollout, grade):
        spared = 1 - len(rollout.ids) / self.params.tokens
        return max(0.0, spared) if grade.correct else 0.0


@hookimpl
def bi_bench_rewards():
    return [Brief]
