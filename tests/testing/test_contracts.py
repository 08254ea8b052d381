"""The toy benchmarks keep the contract: each rule is a test that the base class asserts."""

from __future__ import annotations

from bi_bench.testing import PluginContract
from bi_bench.testing.toy_graph import ToyGraph
from bi_bench.testing.toy_text import ToyText


class TestToyGraph(PluginContract):
    plugin = ToyGraph


class TestToyText(PluginContract):
    plugin = ToyText
