"""Declared dependencies are those that the source imports, with ranges that the tested versions meet."""

from __future__ import annotations

import ast
import importlib.metadata
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OWN = {"bi_bench", "bi_bench_plugins", "tests", "golden", "source_digests"}
# Needed although no module imports them:
BY_COMMAND = {"accelerate"}  # started as `python -m accelerate.commands.launch`
TRACKERS = {"tensorboard", "trackio", "wandb"}  # transformers imports the one that a suite names
TOOLS = {  # of `make test`, and the build backend, which offline tests of the wheel need installed
    *("hatchling", "import-linter", "mypy", "ruff"),
    *("pytest", "pytest-timeout", "pytest-xdist"),
}


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def requirements(*extras: str) -> dict[str, Requirement]:
    """The declared requirements by canonical name: those of the extras, or without any the core's."""
    lines = project()["dependencies"]
    if extras:
        lines = [line for extra in extras for line in project()["optional-dependencies"][extra]]
    return {canonicalize_name((found := Requirement(line)).name): found for line in lines}


def imported(*folders: str) -> dict[str, str]:
    """Distributions that the files import, in functions too; the value is one file that does."""
    homes = importlib.metadata.packages_distributions()
    found: dict[str, str] = {}
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for module in set(_modules(file)) - OWN - sys.stdlib_module_names:
                # An extra need not be installed: then its name stands for it.
                for home in homes.get(module, [module]):
                    found.setdefault(canonicalize_name(home), str(file.relative_to(ROOT)))
    return found


def _modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_declared_are_imported_and_imported_are_declared() -> None:
    extras = [extra for extra in project()["optional-dependencies"] if extra != "dev"]
    declared = {*requirements(), *requirements(*extras)}
    needed = imported("bi_bench", "plugins/bi_bench_plugins")
    missing = {name: file for name, file in needed.items() if name not in declared}
    assert not missing, f"imported, but not in pyproject.toml: {missing}"
    idle = declared - needed.keys() - BY_COMMAND - TRACKERS
    assert not idle, f"in pyproject.toml, but imported nowhere: {sorted(idle)}"
    assert declared >= BY_COMMAND | TRACKERS


def test_imports_of_tests_are_declared_in_the_core_or_the_extra_dev() -> None:
    extras = project()["optional-dependencies"]
    needed = imported("tests")
    missing = needed.keys() - requirements().keys() - requirements(*extras).keys()
    assert not missing, f"add them to the extra dev: {[(name, needed[name]) for name in missing]}"
    core = imported("bi_bench", "plugins/bi_bench_plugins")
    assert requirements("dev").keys() - needed.keys() - core.keys() <= TOOLS


def test_the_tested_versions_are_pinned_and_within_the_ranges() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins: dict[str, str] = {
        canonicalize_name(found.name): str(found.specifier).removeprefix("==")
        for found in (Requirement(line) for line in lines if not line.startswith("#"))
    }
    always = {**requirements(), **requirements("dev")}
    assert always.keys() <= pins.keys()
    every = {**always, **requirements(*project()["optional-dependencies"])}
    outside = [
        str(requirement)
        for name, requirement in every.items()
        if name in pins and not requirement.specifier.contains(pins[name])
    ]
    assert not outside, f"constraints.txt pins versions outside of {outside}"
