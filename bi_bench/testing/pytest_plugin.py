"""The pytest plugin: fixtures for the tests of plugins, and a test for each rule of a contract.

Every pytest loads it where bi_bench is installed: it imports nothing of bi_bench until it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bi_bench.api import Analysis, Benchmark, LanguageModel, Strategy
    from bi_bench.stages.preview import Demonstration
    from bi_bench.testing.micro import SuiteRun


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a contract class for each rule of its kind."""
    contracts = sys.modules.get("bi_bench.testing.contracts")  # else no test can inherit one
    if contracts and metafunc.cls and issubclass(metafunc.cls, contracts.PluginContract):
        from bi_bench.testing.rules import names

        if "rule" in metafunc.fixturenames:
            contracts.enlist(metafunc.cls)
            metafunc.parametrize("rule", names(metafunc.cls.kind()))


@pytest.fixture
def toy_graph_benchmark() -> Benchmark:
    """A small benchmark with a graph: strategies that edit plans work on it."""
    from bi_bench.testing.toy_graph import ToyGraph

    return ToyGraph()


@pytest.fixture
def toy_text_benchmark() -> Benchmark:
    """A small benchmark with reference solutions and no graph."""
    from bi_bench.testing.toy_text import ToyText

    return ToyText()


@pytest.fixture(scope="session")
def tiny_model() -> LanguageModel:
    """The embedded base model; ``tiny_model.source().folder`` is its checkpoint."""
    from bi_bench.testing.embedded import embedded_model

    return embedded_model()


@pytest.fixture
def demonstrations_of(toy_graph_benchmark: Benchmark) -> Callable[..., list[Demonstration]]:
    """``demonstrations_of(strategy, benchmark=toy_graph_benchmark, n=5, seed=0)``: verified ones.

    Problems that the strategy declines have none.
    """

    def demonstrations(
        strategy: Strategy, benchmark: Benchmark | None = None, n: int = 5, seed: int = 0
    ) -> list[Demonstration]:
        from bi_bench.stages.preview import Demonstration, previews

        found = previews(benchmark or toy_graph_benchmark, strategy, "sft", n, seed)
        return [each for each in found if isinstance(each, Demonstration)]

    return demonstrations


@pytest.fixture
def table_of(
    tmp_path_factory: pytest.TempPathFactory, toy_graph_benchmark: Benchmark
) -> Callable[..., list[Mapping[str, Any]]]:
    """``table_of(analysis, benchmark=toy_graph_benchmark)``: what it measures in a finished cell.

    The cell is written without a model: every second answer is right. It has no checkpoints.
    """

    def table(analysis: Analysis, benchmark: Benchmark | None = None) -> list[Mapping[str, Any]]:
        from bi_bench.testing.canned import canned_cell, canned_context

        benchmark = benchmark or toy_graph_benchmark
        folders = canned_cell(tmp_path_factory.mktemp("cell"), benchmark)
        return list(analysis.measure(canned_context(analysis, folders, benchmark)))

    return table


@pytest.fixture
def run_suite(tmp_path: Path) -> Callable[..., SuiteRun]:
    """``run_suite(file, "KEY=VALUE", ...)``: runs a suite as ``bi-bench run --set KEY=VALUE`` does.

    The store is below ``tmp_path``.
    """

    def run(suite: Path, *changes: str) -> SuiteRun:
        from bi_bench.testing.micro import run_suite

        return run_suite(suite, changes, tmp_path / "store")

    return run
