"""Expected durations, from the pace that a model states; None where it states none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bi_bench.api import Pace, Phase
from bi_bench.plan.stage import Stage
from bi_bench.suite import Defaults


class Estimates:
    """Seconds a stage, for one suite. Paces are those of a CPU thread: on a GPU nothing is said."""

    def __init__(self, defaults: Defaults, device: str) -> None:
        self.defaults, self.known = defaults, device == "cpu"

    def sft(self, pace: Pace | None) -> float | None:
        """Every demonstration is trained on once an epoch (one demonstration a problem)."""
        return self._seconds(pace, trained=self.defaults.data.sft * self.defaults.sft.epochs)

    def probe(self, pace: Pace | None) -> float | None:
        """Rollouts alone."""
        return self._seconds(pace, self.defaults.data.probe * self.defaults.probe.samples)

    def rft(self, pace: Pace | None, phases: Sequence[Phase]) -> float | None:
        """Every rollout is generated and trained on, ``num_iterations`` times.

        Nothing is known of an outside trainer.
        """
        if any(phase.trainer == "command" for phase in phases):
            return None
        generated = trained = 0
        for phase in phases:
            if phase.trainer == "sft":
                trained += phase.steps * self.defaults.sft.batch_size
                continue
            rollouts = phase.steps * phase.prompts * phase.group
            generated += rollouts
            trained += rollouts * phase.config.get("num_iterations", 1)
        return self._seconds(pace, generated, trained)

    def evaluate(self, pace: Pace | None, split: str) -> float | None:
        """One greedy answer a problem and the sampled ones."""
        problems = self.defaults.data.val if split == "val" else self.defaults.data.test
        return self._seconds(pace, problems * (1 + self.defaults.evaluate.samples))

    def _seconds(self, pace: Pace | None, generated: float = 0, trained: float = 0) -> float | None:
        if pace is None or not self.known:
            return None
        return 2.0 + generated / pace.generated + trained / pace.trained


def total_seconds(stages: Iterable[Stage], workers: int) -> float | None:
    """How long the stages take on so many workers: no less than their longest chain.

    Stages without an estimate that train or generate make the total unknown.
    """
    ends: dict[str, float] = {}
    work = 0.0
    for stage in stages:  # parents come before children
        if stage.estimate is None and "numerics" in stage.identity:
            return None
        seconds = 1.0 if stage.estimate is None else stage.estimate
        start = max((ends.get(key, 0.0) for key in stage.parents.values()), default=0.0)
        ends[stage.key] = start + seconds
        work += seconds
    return max(work / workers, max(ends.values(), default=0.0))
