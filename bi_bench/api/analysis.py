"""The base class of analyses: read-only measurements on finished stages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from bi_bench.api.benchmark import Benchmark
from bi_bench.api.figure import Drawing
from bi_bench.api.model import CAUSAL
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.problem import Problem


@dataclass(frozen=True, slots=True)
class AnalysisContext:
    """The inputs of an analysis.

    ``folders``: of the stages it asked for, by role ("probe", "pre/test-id" ...). ``benchmark``:
    that of the cell. ``problems("probe")``: the problems of a split, where "problems" or
    "problems/probe" was asked for. ``rows("probe", "rollouts.parquet")``: the rows of a table in
    the folder of a role. ``seed``: the same for all arms. ``settings`` and ``numerics``: for
    analyses that use models, the decoding of rollouts (``temperature``, ``max_new_tokens``,
    ``batch_size``) and where to compute (``device``, ``dtype``, ``threads``); else empty.
    """

    folders: Mapping[str, Path]
    benchmark: Benchmark
    problems: Callable[[str], Sequence[Problem]]
    rows: Callable[[str, str], Sequence[Mapping[str, Any]]]
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    numerics: Mapping[str, Any] = field(default_factory=dict)


class Analysis(Plugin[P], ABC):
    """Measures something on checkpoints and rollouts; never changes them.

    ``needs``: the roles whose folders it reads: "base", "problems", "augment", "sft", "probe",
    "rft", "probe-rft" (a second probe, after RFT, made where an analysis asks for it), "pre" and
    "post" (evaluations, one folder a split, named like "pre/test-id"). One folder of several is
    asked for by its whole name, such as "problems/probe".
    ``uses_models``: it runs checkpoints. Numerics, library versions and decoding then enter its
    key, and where stages compute on a GPU it gets one.
    ``kinds``: the kinds of models that one with ``uses_models`` serves; it is left out of other cells.
    ``figures``: how reports draw the table. They are in no key, and may change at any time.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    uses_models: ClassVar[bool] = False
    kinds: ClassVar[frozenset[str]] = frozenset({CAUSAL})
    figures: ClassVar[tuple[Drawing, ...]] = ()

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """The reason why a suite's cells of a benchmark have nothing to measure; empty: they have.

        Asked when a suite is planned; ``defaults`` are its settings as plain values, such as
        ``defaults["evaluate"]["samples"]``. The reason is shown by plan and report.
        """
        return ""

    def work(self, defaults: Mapping[str, Any]) -> tuple[float, float]:
        """Answers that it generates, and answers that it learns from or takes gradients of.

        At each checkpoint, for the estimate of how long an analysis with ``uses_models`` takes.
        """
        return 0.0, 0.0

    @abstractmethod
    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """A table: rows of plain JSON values with the same columns.

        Reports average floats over seeds and tell rows apart by everything else; lists are kept
        and not shown.
        """
