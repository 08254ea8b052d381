"""The identity of a stage: plain JSON that decides its result, and nothing else; its hash is the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict, get_args

from bi_bench.api.problem import Split

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Any value that JSON can hold."""

StageKind = Literal[
    "base", "problems", "augment", "sft", "probe", "rft", "evaluate", "overlap", "analyse"
]
STAGE_KINDS: tuple[StageKind, ...] = get_args(StageKind)


class NumericsIdentity(TypedDict):
    """Device ("cpu", "cuda"), dtype ("float32", "bfloat16") and CPU threads per process."""

    device: str
    dtype: str
    threads: int


class Content(TypedDict, total=False):
    """Fields that decide the result besides the parents; each kind of stage has a subset.

    ``benchmark``, ``strategy``, ``model``, ``algorithm``, ``analysis`` and ``decoder`` are plugins with
    their parameters and provenance, ``source`` the digest or revision of a model. ``match`` names the budget
    that is shared with the parent "reference". ``processes`` is absent for one. ``rewards`` and
    ``trainers`` are those of the algorithm's phases by name, but for those that come with bi_bench in
    their first version.
    """

    model: Mapping[str, Json]
    source: str
    benchmark: Mapping[str, Json]
    strategy: Mapping[str, Json]
    algorithm: Mapping[str, Json]
    rewards: Mapping[str, Json]
    trainers: Mapping[str, Json]
    analysis: Mapping[str, Json]
    decoder: Mapping[str, Json]
    settings: Mapping[str, Json]
    split: Split
    n: int
    processes: int
    match: str
    seed: int


class Computation(TypedDict, total=False):
    """Fields added for stages that run a model; ``libraries`` by version."""

    numerics: NumericsIdentity
    libraries: Mapping[str, str]


class Identity(Content, Computation):
    """A whole identity; ``parents`` are the keys of the stages that are read, by role."""

    schema: int
    kind: StageKind
    implementation: int
    parents: Mapping[str, str]
