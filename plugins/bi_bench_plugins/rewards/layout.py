"""The reward for an answer that is laid out as asked."""

from __future__ import annotations

import re

from bi_bench.api import Grade, Problem, Reward, Rollout

# A completion that was asked after an opening <think>: the rest of the reasoning, then
# an answer and nothing else. Each part is bounded by what may not occur in it.
_LAYOUT = re.compile(
    r"(?:(?!</?think>|</?answer>).)*</think>\s*<answer>(?:(?!</?think>|</?answer>).)*</answer>\s*",
    re.DOTALL,
)


class LayoutReward(Reward):
    """1 if the reasoning is closed and followed by one answer between tags and nothing more, else 0."""

    name = "layout"

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """Whether the whole completion has the layout."""
        return float(_LAYOUT.fullmatch(rollout.text) is not None)
