from __future__ import annotations

from bi_bench.testing.contracts import BenchmarkContract
from bi_bench.testing.toy_graph import ToyGraph


class TestToy(BenchmarkContract):
    plugin = ToyGraph
