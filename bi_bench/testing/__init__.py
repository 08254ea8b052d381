"""The author's kit: a contract to inherit in tests, toys to try plugins on, templates of new plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bi_bench.stages.preview import Demonstration
from bi_bench.testing.contracts import PluginContract
from bi_bench.testing.embedded import embedded_checkpoint
from bi_bench.testing.micro import SuiteRun

# The types of the fixtures with these names in lower case.
DemonstrationsOf: TypeAlias = Callable[..., list[Demonstration]]
RunSuite: TypeAlias = Callable[..., SuiteRun]
TableOf: TypeAlias = Callable[..., list[Mapping[str, Any]]]

__all__ = [
    "DemonstrationsOf",
    "PluginContract",
    "RunSuite",
    "SuiteRun",
    "TableOf",
    "embedded_checkpoint",
]
