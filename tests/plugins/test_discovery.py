"""First-party plugins are found in their folders: adding one is adding a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bi_bench_plugins
from bi_bench.plugins import KINDS, discover

NEW = """
from bi_bench_plugins.strategies.vanilla import Vanilla  # imported, so not provided again

class Shared(Vanilla):
    '''A base without a name of its own.'''

class Dropped(Shared):
    '''A plugin in a file that no list names.'''
    name = "dropped-in"
"""

Rows = dict[str, dict[str, str]]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, to be changed."""
    source = Path(bi_bench_plugins.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(source, tmp_path / "bi_bench_plugins", ignore=ignore))


def listed(package: Path) -> Rows:
    """The rows of ``bi-bench plugins`` for this copy, by name."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, "-m", "bi_bench", "plugins", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout)
    assert len({(row["kind"], row["name"]) for row in rows}) == len(rows)
    return {row["name"]: row for row in rows}


def test_a_new_file_is_a_new_plugin_and_a_broken_one_hides_nothing(package: Path) -> None:
    before = {entry.cls.name for entry in discover().found}
    (package / "strategies" / "dropped.py").write_text(NEW)
    (package / "strategies" / "faulty.py").write_text("import nothing_of_that_name\n")
    (package / "models" / "unfinished.py").write_text("def oops(:\n")
    rows = listed(package)
    assert {name for name, row in rows.items() if row["status"] == "ok"} == before | {"dropped-in"}
    assert rows["dropped-in"]["from"] == rows["vanilla"]["from"]
    broken = {name: row["about"] for name, row in rows.items() if row["status"] == "broken"}
    faulty, unfinished = "bi_bench_plugins.strategies.faulty", "bi_bench_plugins.models.unfinished"
    assert broken.keys() == {faulty, unfinished}
    assert re.fullmatch(r"ModuleNotFoundError: .* \(faulty\.py:1\)", broken[faulty])
    assert re.match(r"SyntaxError: .*unfinished\.py, line 1", broken[unfinished])


def test_a_new_benchmark_is_a_package(package: Path) -> None:
    folder = package / "benchmarks" / "mine"
    folder.mkdir()
    (folder / "__init__.py").write_text("from bi_bench_plugins.benchmarks.mine.draw import Mine\n")
    text = "from bi_bench_plugins.benchmarks.igsm import IGSM\n\nclass Mine(IGSM):\n    name = 'mine'\n"
    (folder / "draw.py").write_text(text)
    assert listed(package)["mine"]["kind"] == "benchmarks"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_folder_with_plugins(kind: str) -> None:
    home = f"bi_bench_plugins.{kind}."
    assert [entry for entry in discover().found if entry.cls.__module__.startswith(home)]
    assert (Path(bi_bench_plugins.__file__).parent / kind).is_dir()


def test_looking_for_plugins_imports_no_heavy_package() -> None:
    heavy = {"torch", "transformers", "trl", "datasets", "numpy", "scipy", "sympy", "lm_eval"}
    code = f"import sys; from bi_bench.plugins import discover; discover(); print({heavy} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "set()\n"
