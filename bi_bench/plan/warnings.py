"""Warnings about a suite: settings that are allowed and that a user should know of."""

from __future__ import annotations

from bi_bench.plan.checks.machine import lacking, missing_trackers
from bi_bench.plan.equivalent import equivalent_algorithms
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import Suite


def suite_warnings(suite: Suite) -> list[str]:
    """Warnings of its algorithms, equivalent algorithms, and libraries that are not installed here."""
    recipes = Recipes(suite)
    own = {line for entry in suite.axes.algorithms for line in entry.plugin.warnings()}
    alike = [
        line
        for matrix in suite.matrices
        for line in equivalent_algorithms(recipes.sound(matrix.axes.algorithms), recipes)
    ]
    # What cannot run here may be planned here.
    return [*sorted(own), *dict.fromkeys(alike), *lacking(suite), *missing_trackers(suite)]
