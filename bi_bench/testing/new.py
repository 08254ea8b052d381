"""Writes new plugins from the templates: one file with its tests, or a package around them."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from string import Template

import bi_bench
from bi_bench import api
from bi_bench.api import UserError, did_you_mean
from bi_bench.plugins import KINDS, discover
from bi_bench.testing.rules import singular
from bi_bench.testing.rules.every import NAME

TEMPLATES = Path(__file__).with_name("templates")
# How a suite names a plugin, where that is not a list of the matrix with the name of its kind.
ENTRIES = {
    "strategies": '[matrix]\nstrategies = ["vanilla", "$name"]',
    "rewards": '[matrix]\nalgorithms = [{ name = "grpo", reward = "$name" }]',
    "trainers": '[matrix]\nalgorithms = ["$name"]',
    "analyses": 'analyses = ["$name"]',
    "decoders": 'decoders = ["$name"]',
    "engines": '[engine]\nname = "$name"',
}


def new(kind: str, name: str, folder: Path, *, package: bool = False) -> list[Path]:
    """Write a plugin of a kind (such as "strategy") into a folder; returns the files, the plugin first.

    With ``package`` they are in a folder of their own, with what a distribution needs. UserError for a
    name that cannot be used, and where a file is already there.
    """
    words = _words(_plural(kind), name, package)
    module = words["module"]
    if package:
        folder /= words["distribution"]
        written = {
            f"src/{module}.py": f"{kind}.py",
            f"tests/test_{module}.py": f"test_{kind}.py",
            "pyproject.toml": "pyproject.toml",
            "README.md": "README.md",
            ".github/workflows/test.yml": "test.yml",
        }
    else:
        written = {f"{module}.py": f"{kind}.py", f"test_{module}.py": f"test_{kind}.py"}
    if taken := [folder / file for file in written if (folder / file).exists()]:
        raise UserError(f"{taken[0]} is there already; choose another name, or move it away")
    for file, template in written.items():
        text = Template((TEMPLATES / f"{template}.txt").read_text()).substitute(words)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return [folder / file for file in written]


def suite_entry(kind: str, name: str) -> str:
    """TOML that puts a plugin of a kind (such as "strategy") into a suite."""
    plural = _plural(kind)
    return Template(ENTRIES.get(plural, f'[matrix]\n{plural} = ["$name"]')).substitute(name=name)


def _plural(kind: str) -> str:
    plurals = {singular(plural): plural for plural in KINDS}
    if kind not in plurals:
        hint = did_you_mean(kind, plurals) or f"; kinds: {', '.join(plurals)}"
        raise UserError(f'there is no kind "{kind}" of plugins{hint}')
    return plurals[kind]


def _words(plural: str, name: str, package: bool) -> Mapping[str, str]:
    if not NAME.fullmatch(name) or not name[0].isalpha():
        raise UserError(
            f'"{name}" cannot be the name of a plugin; write lower case letters, digits and hyphens, '
            "like my-plugin"
        )
    for each in discover().found:
        if (each.kind, each.cls.name) == (plural, name):
            raise UserError(f'{plural}: "{name}" is provided by {each.origin}; choose another name')
    kind = singular(plural)
    plain = re.sub(r"[-.]", "_", name)
    module = f"bi_bench_{plain}" if package else plain
    camel = "".join(part.capitalize() for part in plain.split("_"))
    cls = camel if camel.endswith(kind.capitalize()) else camel + kind.capitalize()
    if (
        keyword.iskeyword(module)
        or module in sys.stdlib_module_names
        or PathFinder.find_spec(module)
    ):
        raise UserError(f'a Python module is called "{module}" already; choose another name')
    if cls in api.__all__:
        raise UserError(f'bi_bench.api has a class "{cls}"; choose another name')
    return {
        "kind": kind,
        "name": name,
        "module": module,
        "Class": cls,
        "Short": camel,
        "distribution": module.replace("_", "-"),
        "suite": suite_entry(kind, name),
        "version": bi_bench.__version__,
    }
