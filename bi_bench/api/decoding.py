"""How answers are drawn, and what is drawn: the words that stages and models share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Decoding:
    """How answers are drawn: ``temperature`` 0 is greedy; ``max_new_tokens`` bounds the length.

    ``stop``: texts that end an answer; they stay in it.
    """

    max_new_tokens: int
    temperature: float = 1.0
    stop: tuple[str, ...] = ()


class Completion(NamedTuple):
    """One answer of a model: its text, its length in tokens, and whether the limit cut it."""

    text: str
    tokens: int
    truncated: bool
