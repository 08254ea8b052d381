"""Warnings about a suite: settings that are allowed and that a user should know of."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Algorithm
from bi_bench.api.errors import PluginError
from bi_bench.plan.checks.machine import lacking, missing_trackers
from bi_bench.plan.equivalent import equivalent_algorithms
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import Entry, Suite


def suite_warnings(suite: Suite) -> list[str]:
    """Warnings of its algorithms, equivalent algorithms, and libraries that are not installed here."""
    recipes = Recipes(suite)
    own = {line for entry in suite.axes.algorithms for line in _own(entry)}
    alike = [
        line
        for matrix in suite.matrices
        for line in equivalent_algorithms(recipes.sound(matrix.axes.algorithms), recipes)
    ]
    # What cannot run here may be planned here.
    return [*sorted(own), *dict.fromkeys(alike), *lacking(suite), *missing_trackers(suite)]


def _own(entry: Entry[Algorithm]) -> Sequence[str]:
    """What an algorithm warns of, or what is wrong with its warnings."""
    try:
        return entry.asked(entry.plugin.warnings)
    except PluginError as error:
        return [str(error)]
