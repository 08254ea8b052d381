from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.artifacts.files import write_text
from bi_bench.store import Store
from tests.factories import run_record


def test_a_run_record_is_read_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.list_runs() == []
    store.write_run("quick-12ab", run_record(stages=["k"], command="Gäste"))
    store.write_run("paper-34cd", run_record())
    store.write_run("quick-12ab", run_record(stages=["k", "l"], command="Gäste"))
    assert store.list_runs() == ["paper-34cd", "quick-12ab"]
    assert store.read_run("quick-12ab") == run_record(stages=["k", "l"], command="Gäste")
    assert [path.name for path in store.run_folder("quick-12ab").iterdir()] == ["run.json"]


def test_an_unknown_run_is_named_with_a_hint(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(UserError, match="it holds no run yet"):
        store.read_run("quick-12ab")
    store.write_run("quick-12ab", run_record())
    with pytest.raises(
        UserError, match='no run has the name "quikc-12ab"; did you mean "quick-12ab"'
    ):
        store.read_run("quikc-12ab")
    with pytest.raises(UserError, match="known runs: quick-12ab"):
        store.read_run("zzz")


@pytest.mark.parametrize("name", ["", "../quick", "a/b", "..", ".hidden"])
def test_a_run_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot name a run"):
        Store(tmp_path).write_run(name, run_record())


def test_a_broken_run_record_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_run("quick-12ab", run_record())
    path = store.run_folder("quick-12ab") / "run.json"
    path.write_text("{")
    with pytest.raises(UserError, match=r"run\.json: not a JSON object"):
        store.read_run("quick-12ab")


def test_write_text_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    write_text(path, "long old text")
    write_text(path, "ü")
    assert path.read_text(encoding="utf-8") == "ü"
    assert list(path.parent.iterdir()) == [path]
