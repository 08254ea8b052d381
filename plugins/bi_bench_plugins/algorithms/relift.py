"""ReLIFT: GRPO that imitates demonstrations of problems which no rollout solves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from bi_bench.api import Algorithm, Phase, Rollout, Room
from bi_bench_plugins.algorithms.shared import RolloutParameters


class ReLIFTParameters(RolloutParameters):
    """Those of GRPO, and when demonstrations are learned from."""

    pairs: Annotated[int, Field(ge=1, description="demonstrations of one supervised update")] = 128
    imitation_rate: Annotated[
        float, Field(ge=0, description="learning rate of the supervised updates")
    ] = 1e-6


class ReLIFT(Algorithm[ReLIFTParameters]):
    """RL interleaved with SFT on what RL cannot solve (Ma et al., arXiv 2506.07527).

    A problem that no rollout of a step solves goes into a buffer with its demonstration, if that is
    graded right. When the buffer holds ``pairs`` of them, the newest are imitated in one update with an
    optimizer of its own. The policy gradient divides neither by the group's deviation nor by lengths, as
    the released code does; the entropy bonus of its supervised loss is left out.
    """

    name = "relift"
    needs: ClassVar[frozenset[str]] = frozenset({"demonstrations"})

    def __init__(self, params: ReLIFTParameters | None = None) -> None:
        super().__init__(params)
        self._hard: dict[int, str] = {}  # newest last

    def phases(self) -> Sequence[Phase]:
        """A single phase with one update a batch."""
        config = {"loss_type": "dr_grpo", "scale_rewards": "none", **self.params.optimizer()}
        return [self.params.policy_gradient(config)]

    def between(self, rollouts: Sequence[Rollout], rewards: Sequence[float], room: Room) -> None:
        """At most one supervised update a step."""
        solved: dict[int, bool] = {}
        for rollout, grade in zip(rollouts, room.grades(rollouts), strict=True):
            solved[rollout.problem] = solved.get(rollout.problem, False) or grade.correct
        for index, right in solved.items():
            self._hard.pop(index, None)
            shown = None if right else room.demonstration(index)
            if shown is not None and _is_right(room, index, shown):
                self._hard[index] = shown
        if len(self._hard) >= self.params.pairs:
            newest = list(self._hard.items())[-self.params.pairs :]
            room.imitate(newest, learning_rate=self.params.imitation_rate)
            for index, _ in newest:
                del self._hard[index]


def _is_right(room: Room, index: int, shown: str) -> bool:
    (grade,) = room.grades([Rollout(index, shown, (), truncated=False)])
    return grade.correct
