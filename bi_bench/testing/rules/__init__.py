"""The rules of the contract: one module for each kind of plugin, and one for what all share.

A module is named like its kind in the singular and has ``RULES``, by name; a new kind is a new module.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from bi_bench.testing.case import Rules
from bi_bench.testing.rules import every


def singular(kind: str) -> str:
    """A kind as people name one of it: "strategy" of "strategies"."""
    for ending, other in (("ies", "y"), ("yses", "ysis")):
        if kind.endswith(ending):
            return kind.removesuffix(ending) + other
    return kind.removesuffix("s")


@cache
def rules_of(kind: str) -> Rules:
    """All rules for a kind, by name, cheap ones first."""
    module = f"{__name__}.{singular(kind)}"
    own: Rules = import_module(module).RULES if find_spec(module) else {}
    return {**every.RULES, **own}


# Rules that are no functions: they are about how a plugin is loaded, and about whole processes.
AROUND = {
    "import": "Loading it is quick and imports no heavy package",
    "defaults": "It can be made with its defaults",
    "determinism": "Two processes with other hash seeds make the same",
    "micro run": "The smallest suite with it runs to its end",
}


def names(kind: str) -> list[str]:
    """The rules for a kind but the micro run, in the order of their output."""
    return ["import", "defaults", *rules_of(kind), "determinism"]


def demand(kind: str, rule: str) -> str:
    """What a rule demands, in one line."""
    if rule in AROUND:
        return AROUND[rule]
    return (rules_of(kind)[rule].__doc__ or "").strip().split("\n")[0].rstrip(".")
