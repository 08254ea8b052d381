from __future__ import annotations

import json
import struct
import subprocess
import sys

import pytest

from bi_bench.artifacts.stage_record import Failure
from bi_bench.report.content.curves import read_curves
from bi_bench.report.write import cached_text, damaged_files, write_report
from tests.report.conftest import Suite

RUN = "quick-12ab"


@pytest.fixture
def small(suite: Suite) -> Suite:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    suite.arm("$x$ _bridge", "1000", "1111", seeds=(0,))
    suite.cell("$x$ _bridge", 1)
    return suite


def cached(suite: Suite) -> str | None:
    return cached_text(suite.results)


def test_a_written_report_is_found_again(small: Suite) -> None:
    assert cached(small) is None
    text = write_report(small.results).text
    assert cached(small) == text
    folder = small.store.run_folder(RUN)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["curves.png", "figures", "report.csv", "report.json", "report.md"]
    data = json.loads((folder / "report.json").read_text())
    assert data["text"] == text
    assert len(data["rows"]) == 2
    assert (folder / "report.md").read_text().startswith("# quick\n")


def test_a_report_is_old_once_a_stage_appears_or_fails(small: Suite) -> None:
    write_report(small.results)
    keys = small.cells[-1]["stages"]
    small.store.write_failure(keys["sft"], Failure(type="Crash", message="killed"))
    assert cached(small) is None
    assert "killed" in write_report(small.results).text
    assert cached(small)
    small.commit(keys["sft"])
    assert cached(small) is None


def test_a_report_is_old_once_the_reference_changes_or_a_file_is_gone(small: Suite) -> None:
    write_report(small.results)
    small.reference = "$x$ _bridge"
    assert cached(small) is None
    small.reference = "vanilla"
    assert cached(small)
    (small.store.run_folder(RUN) / "curves.png").unlink()
    assert cached(small) is None


def test_a_damaged_report_is_made_again(small: Suite) -> None:
    write_report(small.results)
    (small.store.run_folder(RUN) / "report.json").write_text("[1")
    assert cached(small) is None


@pytest.mark.parametrize("name", ["report.json", "report.md", "report.csv", "curves.png"])
def test_a_report_with_a_flipped_bit_is_made_again(small: Suite, name: str) -> None:
    text = write_report(small.results).text
    file = small.store.run_folder(RUN) / name
    whole = file.read_bytes()
    for position in range(0, len(whole), len(whole) // 20):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        file.write_bytes(data)
        assert cached(small) in (None, text)
        assert damaged_files(file.parent) == [name]
    file.write_bytes(whole)
    assert cached(small) == text
    assert damaged_files(file.parent) == []


def test_a_report_is_old_once_a_stage_was_made_again(small: Suite) -> None:
    write_report(small.results)
    small.change(small.cells[0]["stages"]["rft"], {"history.jsonl": '{"reward": 0.5}\n'})
    assert cached(small) is None


def test_a_report_that_cannot_be_written_is_shown_all_the_same(small: Suite) -> None:
    text = write_report(small.results).text
    small.store.runs.rename(small.store.root / "gone")
    small.store.runs.write_text("in the way")
    written = write_report(small.results)
    assert written.text == written.content["text"] == text
    assert "the report is not written there: Not a directory" in written.problem


def test_the_picture_is_a_png_of_1500_pixels(small: Suite) -> None:
    write_report(small.results)
    data = (small.store.run_folder(RUN) / "curves.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1500
    assert 400 <= height <= 1500
    assert len(data) > 20_000


def test_a_suite_of_which_nothing_ran_has_a_report(suite: Suite) -> None:
    suite.cell()
    assert "not run yet" in write_report(suite.results).text
    assert cached(suite)


def test_curves_are_read_phase_after_phase(small: Suite) -> None:
    history = [
        {"phase": 0, "step": 1, "reward": 0.1},
        {"phase": 0, "step": 1, "loss": 2.0},
        {"phase": 1, "step": 1, "reward": 0.4},
    ]
    key = small.cells[0]["stages"]["rft"]
    lines = "".join(json.dumps(row) + "\n" for row in history)
    small.change(key, {"history.jsonl": lines})
    vanilla, bridge = read_curves(small.results)
    assert vanilla.rewards == {0: [0.1, 0.4], 1: [0.1, 0.2, 0.3, 0.4]}
    assert list(bridge.rewards) == [0]
    assert vanilla.histogram == [0, 0.5, 0, 0, 0.5]


def test_a_cached_report_needs_no_numpy(small: Suite) -> None:
    text = write_report(small.results).text
    small.store.write_run(RUN, small.results.record)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from bi_bench.report.write import cached_text\n"
        "from bi_bench.report.data.open import open_run\n"
        f"results = open_run({RUN!r}, Path({str(small.store.root)!r}))\n"
        "text = cached_text(results)\n"
        "heavy = {'numpy', 'scipy', 'matplotlib', 'tabulate', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "sys.stdout.buffer.write(text.encode())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr == b""
    assert done.stdout.decode() == text
