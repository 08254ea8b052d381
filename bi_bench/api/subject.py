"""A checkpoint that a benchmark evaluates by itself, and a graded answer of a model."""

from __future__ import annotations

from dataclasses import dataclass

from bi_bench.api.problem import Grade


@dataclass(frozen=True, slots=True)
class Subject:
    """The checkpoint to evaluate, as names: nothing is loaded yet.

    ``model`` is a folder or a hub id with its ``revision``; ``device`` "cpu" or "cuda"; ``dtype``
    the precision to compute in, "float32" or "bfloat16"; ``batch_size`` how many answers at a time.
    """

    model: str
    revision: str | None
    device: str
    dtype: str
    batch_size: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its text, its grade, its length in tokens, whether it was cut off."""

    completion: str
    grade: Grade
    tokens: int = 0
    truncated: bool = False
