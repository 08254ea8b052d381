from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.report.data.open import open_run
from bi_bench.store import Store
from tests.factories import run_record, write_record

RECORD = run_record(suite={"name": "math", "reference": "vanilla"}, stages=[])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    for name in ("math-1a", "math-2b", "paper-3c"):
        store.write_run(name, RECORD.model_copy(update={"command": name}))
    return store


@pytest.mark.parametrize("text", ["paper", "paper-3c", "p"])
def test_a_name_or_the_beginning_of_one(store: Store, text: str) -> None:
    opened = open_run(text, store.root)
    assert (opened.name, opened.record.command) == ("paper-3c", "paper-3c")
    assert opened.published is None


def test_a_whole_name_that_begins_another(store: Store) -> None:
    store.write_run("math-1", RECORD)
    assert open_run("math-1", store.root).name == "math-1"


def test_a_published_record_by_its_file_or_its_folder(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "results" / "math"
    write_record(folder / "record.json", RECORD, store, "math-9z")
    for path in (folder, folder / "record.json"):
        opened = open_run(str(path), store.root)
        assert (opened.name, opened.record) == ("math-9z", RECORD)
        assert opened.published == path
        assert opened.store.read_run("math-9z") == RECORD


def test_what_means_nothing_or_too_much(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UserError, match='several runs match "math"; runs: math-1a, math-2b'):
        open_run("math", store.root)
    with pytest.raises(UserError, match='no run matches "maht-1a"; did you mean "math-1a"'):
        open_run("maht-1a", store.root)
    with pytest.raises(UserError, match="no such file, and no run matches"):
        open_run("results/nothing", store.root)
    with pytest.raises(UserError, match="no published record"):
        open_run(str(tmp_path), store.root)


def test_no_name_is_not_the_folder_at_hand(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'no run matches ""; runs: none, no such folder'):
        open_run("", tmp_path / "nothing")
