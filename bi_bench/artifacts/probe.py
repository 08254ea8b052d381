"""The summary of a probe: is the SFT model ready for RL?"""

from __future__ import annotations

from typing import ClassVar

from bi_bench.artifacts.artifact import Artifact


class ProbeSummary(Artifact):
    """``summary.json`` of the rollouts (BRIDGE, section 3).

    ``right``: right rollouts of each problem, of ``samples``. ``accuracy``: their share.
    ``informative``: share of problems with 0 < accuracy < 1, the only ones that a group-relative
    algorithm learns from; ``spread``: mean of sqrt(accuracy * (1 - accuracy)), the accuracy factor of
    the per-step influence (BRIDGE, Proposition 3.1); ``histogram``: problems by number right.
    ``score``: the mean partial credit, where the benchmark gives any; all else is about right answers.
    """

    FILE: ClassVar[str] = "summary.json"

    samples: int
    problems: int
    right: tuple[int, ...] = ()
    accuracy: float
    informative: float
    spread: float
    histogram: tuple[int, ...] = ()
    score: float | None = None

    @property
    def shares(self) -> list[float]:
        """The share of problems with 0, 1, ... all rollouts right."""
        return [count / self.problems for count in self.histogram]
