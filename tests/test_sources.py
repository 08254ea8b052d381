from __future__ import annotations

import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench import sources


def write(folder: Path, **texts: str) -> Path:
    """Modules in a folder, all of one age; NAME_in_NAME is in a folder."""
    for name, text in texts.items():
        file = folder / f"{name.replace('_in_', '/')}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        os.utime(file, (1e9, 1e9))
    return folder / "main.py"


def test_what_runs_is_what_was_digested_whatever_bytecode_there_is(tmp_path: Path) -> None:
    """Bytecode of other source, of the same length and age, is what Python would run."""
    main = write(tmp_path, main="import by_side_a\nVALUE = 1", by_side_a="VALUE = 1")
    for name in ("main", "by_side_a"):
        py_compile.compile(str(tmp_path / f"{name}.py"))
    write(tmp_path, main="import by_side_a\nVALUE = 2", by_side_a="VALUE = 2")
    stale = subprocess.run(
        [sys.executable, "-c", "import main; print(main.VALUE)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert stale.stdout == "1\n"
    module = sources.load(main, sources.of_file(main))
    assert (module.VALUE, module.by_side_a.VALUE) == (2, 2)
    write(tmp_path, by_side_a="VALUE = 3")
    again = sources.load(main, sources.of_file(main))
    assert again.by_side_a.VALUE == 3


def test_a_file_that_changes_after_it_was_digested_runs_as_digested(tmp_path: Path) -> None:
    main = write(tmp_path, main="import by_side_b\nVALUE = 1", by_side_b="VALUE = 1")
    source = sources.of_file(main)
    write(tmp_path, main="import by_side_b\nVALUE = 2", by_side_b="VALUE = 2")
    module = sources.load(main, source)
    assert (module.VALUE, module.by_side_b.VALUE) == (1, 1)
    assert sources.of_file(main).digest != source.digest


@pytest.mark.parametrize(
    "line",
    [
        "import by_side_c",
        "from by_side_c import VALUE",
        "def later():\n    import by_side_c",
        "import importlib\nimportlib.import_module('by_side_c')",
        "from by_side_d import VALUE",  # and that from by_side_c
        "import by_side_e.part",  # a package
        "import by_side_f.part",  # a folder without __init__.py
    ],
)
def test_neighbours_that_are_imported_in_any_way_are_in_the_digest(
    tmp_path: Path, line: str
) -> None:
    write(tmp_path, by_side_c="VALUE = 1", by_side_d="from by_side_c import VALUE")
    write(
        tmp_path,
        by_side_e_in___init__="",
        by_side_e_in_part="VALUE = 1",
        by_side_f_in_part="VALUE = 1",
    )
    main = write(tmp_path, main=line)
    before = sources.of_file(main).digest
    sources.load(main, sources.of_file(main))  # and they are found
    changed = "VALUE = 2"
    write(tmp_path, by_side_c=changed, by_side_e_in_part=changed, by_side_f_in_part=changed)
    after = sources.of_file(main)
    assert after.digest != before
    write(tmp_path, other="VALUE = 1")
    assert sources.of_file(main).digest == after.digest


def test_a_neighbour_never_hides_what_is_installed(tmp_path: Path) -> None:
    main = write(tmp_path, main="import pluggy", pluggy="raise RuntimeError")
    assert sources.load(main, sources.of_file(main)).pluggy.PluginManager


def test_a_package_is_digested_with_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, packaged_a_in___init__="", packaged_a_in_deep="")
    data = tmp_path / "packaged_a" / "table.csv"
    data.write_text("1")
    monkeypatch.syspath_prepend(tmp_path)
    before = sources.of_module("packaged_a.deep")
    (tmp_path / "packaged_a" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "packaged_a" / "__pycache__" / "deep.cpython-311.pyc").write_bytes(b"")
    same = sources.of_module("packaged_a")
    data.write_text("2")
    after = sources.of_module("packaged_a")
    assert before is not None
    assert same is not None
    assert after is not None
    assert before.digest == same.digest != after.digest
