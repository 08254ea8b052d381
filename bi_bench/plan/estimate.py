"""Expected durations, from the pace that a model states; None where it states none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bi_bench.api import Pace, Phase
from bi_bench.plan.stage import Stage
from bi_bench.suite import Defaults

TIMES_ESTIMATE = 50.0
LEAST_LIMIT = 2 * 3600.0  # seconds
UNKNOWN_LIMIT = 72 * 3600.0  # where nothing is known: an end, for a run that nobody looks at


class Estimates:
    """Seconds a stage, for one suite. Paces are those of a CPU thread: on a GPU nothing is said."""

    def __init__(self, defaults: Defaults, device: str) -> None:
        self.defaults, self.known = defaults, device == "cpu"

    def sft(self, pace: Pace | None, per_problem: float = 1.0) -> float | None:
        """Every demonstration is trained on once an epoch."""
        demonstrations = self.defaults.data.sft * per_problem
        return self._seconds(pace, trained=demonstrations * self.defaults.sft.epochs)

    def probe(self, pace: Pace | None) -> float | None:
        """Rollouts alone."""
        return self._seconds(pace, self.defaults.data.probe * self.defaults.probe.samples)

    def rft(self, pace: Pace | None, phases: Sequence[Phase]) -> float | None:
        """The work of the phases; nothing is known where it is not of one of them."""
        work = [phase.work(self.defaults.sft.batch_size) for phase in phases]
        known = [each for each in work if each is not None]
        if len(known) < len(work):
            return None
        generated, trained = (sum(each[place] for each in known) for place in (0, 1))
        return self._seconds(pace, generated, trained)

    def evaluate(self, pace: Pace | None, split: str) -> float | None:
        """One greedy answer a problem and the sampled ones."""
        problems = self.defaults.data.val if split == "val" else self.defaults.data.test
        return self._seconds(pace, problems * (1 + self.defaults.evaluate.samples))

    def analyse(
        self, pace: Pace | None, work: tuple[float, float], phases: Sequence[Phase]
    ) -> float | None:
        """The work of an analysis at each checkpoint: after SFT, those that RFT keeps, after RFT."""
        steps, every = sum(phase.steps for phase in phases), self.defaults.rft.checkpoints
        checkpoints = 2 + ((steps - 1) // every if every else 0)
        return self._seconds(pace, *(checkpoints * number for number in work))

    def _seconds(self, pace: Pace | None, generated: float = 0, trained: float = 0) -> float | None:
        if pace is None or not self.known:
            return None
        return 2.0 + generated / pace.generated + trained / pace.trained


def time_limit(estimate: float | None, long_running: bool, hours: float) -> float:
    """The seconds that a stage may take: ``hours`` where a suite sets them, otherwise far too many.

    ``long_running``: the stage trains, generates or downloads.
    """
    if hours:
        return hours * 3600.0
    if estimate is None and long_running:
        return UNKNOWN_LIMIT
    return max(LEAST_LIMIT, TIMES_ESTIMATE * (estimate or 0.0))


def total_seconds(stages: Iterable[Stage], workers: int) -> float | None:
    """Seconds that the stages take on so many workers: no less than their longest chain.

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
