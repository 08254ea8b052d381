"""New plugins pass their own tests as they are written, and names that cannot be used are refused."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plugins import KINDS, discover
from bi_bench.suite import load_suite
from bi_bench.testing.case import TOYS
from bi_bench.testing.micro import MICRO
from bi_bench.testing.new import new, suite_entry
from bi_bench.testing.rules import singular

ONE_OF_EACH = [singular(kind) for kind in KINDS]


def test_a_new_plugin_of_every_kind_passes_its_own_tests(tmp_path: Path) -> None:
    for kind in ONE_OF_EACH:
        new(kind, f"own-{kind}", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-W", "error"]
    result = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "skipped" not in result.stdout


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_the_entry_that_is_printed_makes_a_suite_that_loads(kind: str, tmp_path: Path) -> None:
    file, _ = new(kind, f"own-{kind}", tmp_path)
    mine = [each for each in discover([file]).found if each.origin.file == str(file)]
    assert {each.cls.name for each in mine} == {f"own-{kind}"}
    entry = tomllib.loads(suite_entry(kind, f"own-{kind}"))
    changes = [f"plugins={_toml([*map(str, TOYS), str(file)])}"]
    for table, content in entry.items():
        keys = content.items() if isinstance(content, dict) else [("", content)]
        changes += [f"{f'{table}.{key}'.strip('.')}={_toml(value)}" for key, value in keys]
    assert load_suite(MICRO, changes)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"'


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("strategies", "x", 'there is no kind "strategies" of plugins; did you mean "strategy"?'),
        ("plugin", "x", 'there is no kind "plugin" of plugins; kinds: strategy, '),
        ("strategy", "My Plugin", "write lower case letters, digits and hyphens, like my-plugin"),
        ("strategy", "../x", "cannot be the name of a plugin"),
        ("strategy", "2nd", "cannot be the name of a plugin"),
        ("strategy", "bridge", 'strategies: "bridge" is provided by bi-bench'),
        ("strategy", "random", 'a Python module is called "random" already'),
        ("strategy", "class", 'a Python module is called "class" already'),
        ("strategy", "torch", 'a Python module is called "torch" already'),
    ],
)
def test_names_that_cannot_be_used_are_refused(
    kind: str, name: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        new(kind, name, tmp_path)
    assert message in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("kept")
    with pytest.raises(UserError, match=r"test_mine\.py is there already"):
        new("strategy", "mine", tmp_path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["kept"]
