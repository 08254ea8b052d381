"""Contract classes to inherit in the tests of a plugin: a test for each rule.

``class TestContract(StrategyContract): plugin = Mine`` is enough; ``params`` are the parameters that it is
checked with. The class must be returned by a hook, of its own file or of an installed package.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar

from bi_bench.api import Algorithm, Analysis, BaseModel, Benchmark, Plugin, Strategy, UserError
from bi_bench.api.identity import Json
from bi_bench.plugins import discover
from bi_bench.testing.check import check
from bi_bench.testing.observe import Target


class Contract:
    """What the contracts of all kinds share; the pytest plugin of bi_bench names the rules."""

    kind: ClassVar[str]
    plugin: ClassVar[type[Plugin]]
    params: ClassVar[Mapping[str, Json]] = {}

    def test_rule(self, rule: str) -> None:
        """The plugin keeps the rule."""
        __tracebackhide__ = True
        params = json.dumps(self.params, sort_keys=True)
        found = faults(home(self.plugin), self.kind, self.plugin.name, params)
        if lines := found[rule] if isinstance(found, dict) else found:
            raise AssertionError(lines)


class StrategyContract(Contract):
    """The contract of strategies."""

    kind = "strategies"
    plugin: ClassVar[type[Strategy]]


class ModelContract(Contract):
    """The contract of base models."""

    kind = "models"
    plugin: ClassVar[type[BaseModel]]


class AlgorithmContract(Contract):
    """The contract of algorithms."""

    kind = "algorithms"
    plugin: ClassVar[type[Algorithm]]


class BenchmarkContract(Contract):
    """The contract of benchmarks."""

    kind = "benchmarks"
    plugin: ClassVar[type[Benchmark]]


class AnalysisContract(Contract):
    """The contract of analyses."""

    kind = "analyses"
    plugin: ClassVar[type[Analysis]]


def home(plugin: type[Plugin]) -> str:
    """The file to load a plugin class from; empty if it is installed."""
    installed = any(each.cls is plugin for each in discover().found)
    return "" if installed else str(Path(inspect.getfile(plugin)).absolute())


@cache
def faults(file: str, kind: str, name: str, params: str) -> dict[str, str] | str:
    """What the rules find wrong with a plugin, by rule; one text if it cannot be checked."""
    try:
        (found,) = check([Target(file, kind, name, json.loads(params))])
    except UserError as error:
        return str(error)
    return {
        finding.rule: "\n".join(f"{f.place}: {f.wrong}\n-> {f.mend}" for f in finding.faults)
        for finding in found.findings
    }
