"""The contract as tests to inherit: a test for each rule of the kind of the plugin.

``class TestContract(PluginContract): plugin = Mine`` is enough; ``params`` are the parameters that it is
checked with. The class must be returned by a hook, of its own file or of an installed package.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from bi_bench.api import Plugin, UserError
from bi_bench.api.identity import Json
from bi_bench.plugins import KINDS, discover
from bi_bench.testing.check import Checked, check
from bi_bench.testing.observe import Target


class PluginContract:
    """The contract of a plugin; the pytest plugin of bi_bench names the rules."""

    plugin: ClassVar[type[Plugin]]
    params: ClassVar[Mapping[str, Json]] = {}

    def test_rule(self, rule: str) -> None:
        """The plugin keeps the rule."""
        __tracebackhide__ = True
        found = _checked(type(self))
        if isinstance(found, str):
            raise AssertionError(found)
        by_rule = {finding.rule: finding for finding in found.findings}
        if rule not in by_rule:
            pytest.skip("not checked: it cannot be made")
        if by_rule[rule].left_out:
            pytest.skip(by_rule[rule].left_out)
        if faults := by_rule[rule].faults:
            raise AssertionError("\n".join(map(str, faults)))

    @classmethod
    def kind(cls) -> str:
        """The kind of the plugin, such as "strategies"; TypeError if it is of none."""
        for kind, base in KINDS.items():
            if isinstance(plugin := getattr(cls, "plugin", None), type) and issubclass(
                plugin, base
            ):
                return kind
        raise TypeError(f"{cls.__name__}.plugin must be a plugin class, such as plugin = Mine")


# The contracts of a session, with what was found: all are checked together, in one pair of processes.
_found: dict[type[PluginContract], Checked | str] = {}
_waiting: list[type[PluginContract]] = []


def enlist(contract: type[PluginContract]) -> None:
    """Let a contract be checked together with others, as soon as the first of them is asked for."""
    if contract not in _found and contract not in _waiting:
        _waiting.append(contract)


def _checked(contract: type[PluginContract]) -> Checked | str:
    """What the rules find wrong with the plugin of a contract; a text if it cannot be checked."""
    enlist(contract)
    if contract not in _found:
        together, targets = _waiting[:], [_target(each) for each in _waiting]
        _waiting.clear()
        try:
            _found.update(zip(together, check(targets), strict=True))
        except UserError:  # of one of them; the others must not suffer
            for each, target in zip(together, targets, strict=True):
                try:
                    (_found[each],) = check([target])
                except UserError as error:
                    _found[each] = str(error)
    return _found[contract]


def _target(contract: type[PluginContract]) -> Target:
    plugin = contract.plugin
    installed = any(each.cls is plugin for each in discover().found)
    file = "" if installed else str(Path(inspect.getfile(plugin)).absolute())
    return Target(file, contract.kind(), plugin.name, dict(contract.params))
