"""The settings of a stage in which a model answers: length, temperature, prompt, batch, engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bi_bench.api import Decoding
from bi_bench.training.generation.prompting import Prompting


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSettings:
    """As a stage's identity has them (:func:`bi_bench.training.identity.parse`).

    ``samples`` answers a problem, at most ``batch_size`` rows at a time.
    """

    max_new_tokens: int
    temperature: float
    batch_size: int
    samples: int = 0
    prompt: Prompting = field(default_factory=Prompting)
    engine: Literal["sampler", "vllm"] = "sampler"

    @property
    def greedy(self) -> Decoding:
        """The most likely token each time."""
        return Decoding(self.max_new_tokens, 0.0, self.prompt.stop)

    @property
    def sampled(self) -> Decoding:
        """At the temperature of the settings."""
        return Decoding(self.max_new_tokens, self.temperature, self.prompt.stop)
