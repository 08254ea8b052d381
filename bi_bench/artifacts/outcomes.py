"""The outcomes of an evaluation: what statistics need of its answers, and what they may be compared with."""

from __future__ import annotations

from typing import ClassVar

from bi_bench.artifacts.artifact import Artifact, JsonObject, Record


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

    @property
    def samples(self) -> int:
        """Sampled answers to each problem."""
        return len(self.sampled[0]) if self.sampled else 0

    @property
    def temperature(self) -> float | None:
        """That of the sampled answers; None where there are none."""
        return self.identity.settings.temperature if self.sampled else None
