"""The rewards of rollouts: graded ones, and null controls that must teach nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bi_bench.api import Benchmark, Grade, Phase, Problem, UserError, did_you_mean, stream
from bi_bench.stages.grading import graded
from bi_bench.training.trl.task import RewardFunction

# Every reward that depends on the text, as a function of its grade.
WORTH: Mapping[str, Callable[[Grade], bool]] = {
    "answer": lambda grade: grade.correct,
    "derivation": lambda grade: bool(grade.derivation),
    "inverted": lambda grade: not grade.correct,
    "format-only": lambda grade: grade.parsed,
}

# What a completion looks like that was asked after an opening <think>: the rest of the reasoning, then
# an answer and nothing else. Each part is bounded by what may not occur in it.
_LAYOUT = re.compile(
    r"(?:(?!</?think>|</?answer>).)*</think>\s*<answer>(?:(?!</?think>|</?answer>).)*</answer>\s*",
    re.DOTALL,
)


def well_laid_out(completion: str) -> bool:
    """True where the reasoning is closed and followed by one answer between tags, and nothing more."""
    return _LAYOUT.fullmatch(completion) is not None


def reward_function(
    benchmark: Benchmark, problems: Sequence[Problem], phase: Phase, seed: int = 0
) -> RewardFunction:
    """The reward of a phase for each completion, given the indices of their problems.

    It is 0 or 1, and ``phase.format_reward`` more for a completion in the right layout.

    "random" has a stream of its own, named by ``seed``: one seed repeats, and the n-th rollout of
    two arms earns the same. UserError for a reward that does not exist.
    """
    if phase.reward == "random":
        coins = stream(seed, "reward", "random")
        return lambda indices, completions: [float(coins.random() < 0.5) for _ in completions]
    if phase.reward not in WORTH:
        names = [*WORTH, "random"]
        hint = did_you_mean(phase.reward, names)
        raise UserError(f'unknown reward "{phase.reward}"{hint or "."} Known: {", ".join(names)}')
    worth = WORTH[phase.reward]

    def reward(indices: Sequence[int], completions: Sequence[str]) -> list[float]:
        return [
            worth(graded(benchmark, problems[index], text))
            + phase.format_reward * well_laid_out(text)
            for index, text in zip(indices, completions, strict=True)
        ]

    return reward
