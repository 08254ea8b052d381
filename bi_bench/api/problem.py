"""Problems and grades, as benchmarks produce them and training consumes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Literal, get_args

from bi_bench.api.graph import ReasoningGraph

Split = Literal["pretrain", "sft", "val", "rl", "probe", "test-id", "test-ood"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True)
class Problem:
    """A question with its answer, and where it exists the graph behind it.

    ``question`` is the bare question in the benchmark's default premise order; ``solution`` is a
    reference solution for benchmarks without a graph; ``cluster`` names the template family that
    statistics resample together; ``metadata`` holds plain JSON values such as ``ops``.
    """

    id: str
    question: str
    answer: str
    graph: ReasoningGraph | None = None
    solution: str | None = None
    cluster: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Identity of the content: the question and the answer."""
        content = json.dumps([self.question, self.answer])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; :meth:`from_json` reads it back."""
        graph = None if self.graph is None else self.graph.to_json()
        return {**self.__dict__, "graph": graph, "metadata": dict(self.metadata)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """The inverse of :meth:`to_json`."""
        graph = data["graph"]
        return cls(**{**data, "graph": None if graph is None else ReasoningGraph.from_json(graph)})


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of a completion.

    ``correct``: the answer is right. ``parsed``: one answer was found. ``derivation``: the answer is
    right and every needed step is stated with its right value (None where the benchmark cannot
    tell). ``contradictory``: none counts, because several different answers were given.
    ``unrecognised``: the answer is right and no needed step is wrong, but not every one was found.

    ``score``: partial credit, 0 to 1, of every answer to a benchmark that provides "score", else None.
    ``semantic``: the answer is right in the lenient reading (wording, units and layout tolerated), of
    every answer to a benchmark that provides "semantic", else None.

    TypeError or ValueError for any other value: 0.83, or an array's own boolean, would be averaged,
    written and compared as something else.
    """

    correct: bool
    parsed: bool
    answer: str | None = None
    derivation: bool | None = None
    contradictory: bool = False
    unrecognised: bool = False
    score: float | None = None
    semantic: bool | None = None

    def __post_init__(self) -> None:
        for name, kinds in _GRADE_TYPES.items():
            # By the type itself: numpy.float64 is a float by inheritance.
            if type(value := getattr(self, name)) not in kinds:
                shown = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
                mend = _MENDS.get(name, f"write {kinds[0].__name__}(...)")
                raise TypeError(f"{name} of a Grade must be {shown}, not {value!r:.60}; {mend}")
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(
                f"score of a Grade must lie between 0 and 1, not {self.score}; "
                "divide by the largest score that an answer can get"
            )
        if self.correct and self.score == 0.0:
            raise ValueError("a Grade with correct=True must not have the score 0.0")


_GRADE_TYPES: Mapping[str, tuple[type, ...]] = {
    "correct": (bool,),
    "parsed": (bool,),
    "answer": (str, NoneType),
    "derivation": (bool, NoneType),
    "contradictory": (bool,),
    "unrecognised": (bool,),
    "score": (float, NoneType),
    "semantic": (bool, NoneType),
}
_MENDS = {
    "correct": "write True or False, and partial credit as score=",
    "answer": "write the answer as a string, or None where there is none",
}
