"""Single flipped bits and cut files in a finished run: none changes a table or a stage in silence.

BI_BENCH_FLIPS=300 takes as many as that.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bi_bench.api import UserError
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.render import render
from bi_bench.report.write import cached_text, damaged_files, write_report
from bi_bench.store import Damage, Store
from tests.factories import results

FLIPS = int(os.environ.get("BI_BENCH_FLIPS", "60"))


class Seen(NamedTuple):
    """The table that a reader gets, and what is said beside it."""

    text: str
    messages: list[str]


def look(root: Path, name: str) -> Seen:
    """As `run` and `report` do, and as stages do before they load weights."""
    store = Store(root)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Damage)
        try:
            record = store.read_run(name)
        except UserError as error:
            return Seen("", [str(error)])
        text = cached_text(results(record, store, name)) or render(
            build_report(results(record, store)), "terminal"
        )
        for key in record.stages:
            store.has(key, weights=True)
    said = [str(each.message) for each in caught]
    return Seen(text, said + damaged_files(store.run_folder(name)))


@pytest.fixture(scope="module")
def finished(
    smoke: subprocess.CompletedProcess[str], store: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A copy of the smoke run alone, its report written, and its name."""
    assert smoke.returncode == 0, smoke.stderr
    whole, root = Store(store), tmp_path_factory.mktemp("flips")
    (name,) = [name for name in whole.list_runs() if name.startswith("smoke-")]
    shutil.copytree(whole.run_folder(name), root / "runs" / name)
    for key in whole.read_run(name).stages:
        shutil.copytree(whole.folder(key), root / "stages" / key)
    copied = Store(root)
    write_report(results(copied.read_run(name), copied, name))
    return root, name


def damages(root: Path) -> Iterator[tuple[Path, bytes]]:
    """A file and what the disk makes of it, one kind of file after the other."""
    rng = random.Random(10)
    kinds: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.stat().st_size:
            kinds.setdefault(path.name, []).append(path)
    for number in range(FLIPS):
        path = rng.choice(kinds[sorted(kinds)[number % len(kinds)]])
        data = bytearray(path.read_bytes())
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield path, bytes(data)


def test_flipped_bits_and_truncated_files_never_go_unnoticed(
    finished: tuple[Path, str],
) -> None:
    root, name = finished
    sound = look(root, name)
    assert sound.text
    assert sound.messages == []
    for path, data in damages(root):
        whole = path.read_bytes()
        path.write_bytes(data)
        seen = look(root, name)
        where = f"{path.relative_to(root)}, {len(data)} of {len(whole)} bytes"
        if path.name == "log.txt":  # which no result is made of
            assert seen == sound, where
        else:
            assert any(path.name in message for message in seen.messages), where
        # A table that differs says why: a row is not there, or something of it is not.
        assert seen.text in ("", sound.text) or "damaged: " in seen.text, where
        path.write_bytes(whole)
    assert look(root, name) == sound
