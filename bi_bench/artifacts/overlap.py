"""The overlap of the test questions with the training data of an arm."""

from __future__ import annotations

from typing import ClassVar

from bi_bench.artifacts.artifact import Artifact, JsonObject, Record


class Shares(Record):
    """Shares of the test problems: whole, almost whole, and how much of them on average."""

    exact: float
    contaminated: float
    coverage: float = 0.0


class GraphOverlap(Record):
    """The same by the graphs of problems: up to names and order, and up to constants as well.

    ``problems`` are those with a graph; the shares are None where there are none.
    """

    problems: int = 0
    equal: float | None = None
    structure: float | None = None


class Overlap(Artifact):
    """``overlap.json``: over all training texts, for each source, and by graphs (newer files alone).

    ``words`` is the length of a run, ``threshold`` the share of runs from which a problem counts as
    contaminated.
    """

    FILE: ClassVar[str] = "overlap.json"

    problems: int = 0
    words: int = 0
    threshold: float = 0.0
    exact: float
    contaminated: float
    coverage: float = 0.0
    demonstrations: Shares | None = None
    rl_problems: Shares | None = None
    contaminated_problems: tuple[JsonObject, ...] = ()
    graphs: GraphOverlap = GraphOverlap()
