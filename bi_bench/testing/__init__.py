"""The author's kit: contracts to inherit in tests, toys to try plugins on, templates of new plugins."""

from __future__ import annotations

from bi_bench.testing.contracts import (
    AlgorithmContract,
    AnalysisContract,
    BenchmarkContract,
    ModelContract,
    StrategyContract,
)
from bi_bench.testing.embedded import embedded_checkpoint
from bi_bench.testing.micro import SuiteRun

__all__ = [
    "AlgorithmContract",
    "AnalysisContract",
    "BenchmarkContract",
    "ModelContract",
    "StrategyContract",
    "SuiteRun",
    "embedded_checkpoint",
]
