"""The author's kit: a contract to inherit in tests, toys to try plugins on, templates of new plugins."""

from __future__ import annotations

from bi_bench.testing.contracts import PluginContract
from bi_bench.testing.embedded import embedded_checkpoint
from bi_bench.testing.micro import SuiteRun

__all__ = ["PluginContract", "SuiteRun", "embedded_checkpoint"]
