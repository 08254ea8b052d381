"""Finds the arms of one strategy with different parameters: ablations and sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bi_bench.artifacts.run_record import SuiteRecord

# A line through two points shows no more than the table.
_FEWEST = 3


class Variant(NamedTuple):
    """The plugin and the parameters behind the label of an arm."""

    plugin: str
    params: Mapping[str, Any]


class Curve(NamedTuple):
    """Arms that differ in one number alone; ``arms`` maps its values, sorted, to labels."""

    parameter: str
    fixed: Mapping[str, Any]
    arms: Mapping[float, str]


@dataclass(frozen=True)
class Sweep:
    """All arms of one strategy: ``arms`` maps labels to the parameters in which they differ."""

    plugin: str
    parameters: tuple[str, ...]
    arms: Mapping[str, Mapping[str, Any]]

    def curves(self) -> list[Curve]:
        """One for each number that at least three arms vary with all else equal."""
        found = []
        for name in self.parameters:
            groups: dict[str, tuple[dict[str, Any], dict[float, str]]] = {}
            for label, params in self.arms.items():
                if not _is_number(params[name]):
                    continue
                fixed = {key: value for key, value in params.items() if key != name}
                # Values may be lists, which cannot be keys.
                _, arms = groups.setdefault(repr(fixed), (fixed, {}))
                arms.setdefault(params[name], label)
            for fixed, arms in groups.values():
                if len(arms) >= _FEWEST:
                    found.append(Curve(name, fixed, dict(sorted(arms.items()))))
        return found


def variants(suite: SuiteRecord) -> dict[str, Variant]:
    """The plugin and parameters behind each label of an arm, from the suite of a run record.

    Records of older versions hold the suite file alone, and so without the defaults of plugins:
    then parameters that some entry leaves out are not known (None).
    """
    if suite.strategies is not None:
        return {
            label: Variant(entry.name, entry.params) for label, entry in suite.strategies.items()
        }
    found = {}
    for entry in suite.entries("strategies"):
        params = dict(entry)
        name = str(params.pop("name"))
        found[str(params.pop("label", name))] = Variant(name, params)
    return found


def find_sweeps(suite: SuiteRecord) -> tuple[Sweep, ...]:
    """Every strategy that the suite has more than once, in its order."""
    plugins: dict[str, dict[str, Mapping[str, Any]]] = {}
    for label, variant in variants(suite).items():
        plugins.setdefault(variant.plugin, {})[label] = variant.params
    sweeps = []
    for plugin, arms in plugins.items():
        names = dict.fromkeys(name for params in arms.values() for name in params)
        differ = tuple(
            name for name in names if len({repr(params.get(name)) for params in arms.values()}) > 1
        )
        if len(arms) > 1 and differ:
            own = {label: {n: params.get(n) for n in differ} for label, params in arms.items()}
            sweeps.append(Sweep(plugin, differ, own))
    return tuple(sweeps)


def value_text(value: Any) -> str:
    """A parameter as tables and figures show it; "?" where it is not known."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
