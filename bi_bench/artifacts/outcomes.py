"""The outcomes of an evaluation: what statistics need of its answers, and what they may be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from bi_bench.artifacts.artifact import Artifact, JsonObject, Record
from bi_bench.artifacts.samples import Sample


class DecodingSettings(Record):
    """The decoding of answers: ``samples`` at ``temperature`` for each problem, next to the greedy one."""

    batch_size: int | None = None
    max_new_tokens: int | None = None
    samples: int = 0
    temperature: float | None = None


class EvaluationIdentity(Record):
    """The identity that must be equal in two evaluations for them to be compared.

    ``problems``: the digest of their content. ``benchmark``: name, version and parameters of the
    plugin that asks and grades.
    """

    benchmark: JsonObject
    problems: str
    seed: int
    settings: DecodingSettings


class Outcomes(Artifact):
    """``outcomes.json``; lists have one entry for each problem.

    ``greedy`` is whether the greedy answer is right, ``sampled`` the same of each sampled answer as
    0 or 1 (empty without samples). ``derivation``: whether the steps of the greedy answer are right,
    None where the benchmark cannot tell. ``unparsed``, ``truncated`` and ``contradictory`` are shares of
    all answers, ``tokens`` is a mean. ``ops``: operations that a problem needs. ``parsed``, of the
    greedy answers, and ``majority``, maj@k of the sampled ones, are written where the answers
    themselves are left out. ``contradictory`` and ``unrecognised`` are in newer files alone.
    ``scores`` and ``sampled_scores`` are partial credit, 0 to 1, of the greedy and of each sampled answer,
    ``semantic`` the lenient reading of the greedy one; empty where the benchmark does not provide them.
    """

    FILE: ClassVar[str] = "outcomes.json"

    identity: EvaluationIdentity
    problems: tuple[str, ...]
    clusters: tuple[str | None, ...]
    answers: tuple[str, ...]
    ops: tuple[int | None, ...] = ()
    greedy: tuple[bool, ...]
    sampled: tuple[tuple[int, ...], ...]
    derivation: tuple[bool | None, ...]
    unrecognised: tuple[bool, ...] = ()
    unparsed: float
    contradictory: float | None = None
    truncated: float
    tokens: float
    parsed: tuple[bool, ...] = ()
    majority: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()
    sampled_scores: tuple[tuple[float, ...], ...] = ()
    semantic: tuple[bool, ...] = ()

    @property
    def partial(self) -> bool:
        """True where answers get partial credit."""
        return bool(self.scores)

    @property
    def credit(self) -> Sequence[float]:
        """The credit of each greedy answer: partial where there is any, else right or wrong."""
        return self.scores or self.greedy

    @property
    def sampled_credit(self) -> Sequence[Sequence[float]]:
        """The same of each sampled answer."""
        return self.sampled_scores or self.sampled

    @property
    def samples(self) -> int:
        """Sampled answers to each problem."""
        return len(self.sampled[0]) if self.sampled else 0

    @property
    def temperature(self) -> float | None:
        """That of the sampled answers; None where there are none."""
        return self.identity.settings.temperature if self.sampled else None


def of_grades(greedy: Sequence[Sample], sampled: Sequence[Sample]) -> dict[str, Any]:
    """The fields of :class:`Outcomes` that follow from the grades of all answers."""
    answers = [*greedy, *sampled]
    group = len(sampled) // len(greedy)
    of_problem = [sampled[at : at + group] for at in range(0, len(sampled), group or 1)]
    fields: dict[str, Any] = {
        "greedy": tuple(answer.correct for answer in greedy),
        "sampled": tuple(tuple(int(each.correct) for each in few) for few in of_problem),
        "derivation": tuple(answer.derivation for answer in greedy),
        "unrecognised": tuple(answer.unrecognised for answer in greedy),
        "unparsed": sum(not answer.parsed for answer in answers) / len(answers),
        "contradictory": sum(answer.contradictory for answer in answers) / len(answers),
    }
    if all(answer.score is not None for answer in answers):
        fields["scores"] = tuple(answer.credit for answer in greedy)
        if sampled:
            fields["sampled_scores"] = tuple(
                tuple(each.credit for each in few) for few in of_problem
            )
    if all(answer.semantic is not None for answer in answers):
        fields["semantic"] = tuple(answer.semantic for answer in greedy)
    return fields
