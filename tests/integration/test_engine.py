"""A suite on the engine that the documentation shows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bi_bench.store import Store
from tests.integration.conftest import Run

ROOT = Path(__file__).parents[2]
MEASURED = {"costs.json", "log.txt", "stage.json"}  # the last has the time


def results(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name not in MEASURED}


def test_the_engine_of_the_documentation_runs_a_suite(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    store: Path,
    bi_bench: Run,
    tmp_path: Path,
) -> None:
    assert smoke.returncode == 0
    shutil.copy(ROOT / "docs" / "examples" / "subprocess_engine.py", tmp_path)
    suite = tmp_path / "smoke.toml"
    suite.write_text(f'plugins = ["./subprocess_engine.py"]\n{smoke_file.read_text()}')
    lost = Store(tmp_path / "store")
    shutil.copytree(store / "stages", lost.stages)
    labels = {lost.record(folder.name).label: folder.name for folder in lost.stages.iterdir()}
    key = labels["overlap test-id · vanilla · igsm · seed 0"]
    before = results(lost.folder(key))
    shutil.rmtree(lost.folder(key))
    run = bi_bench("run", suite, "--engine", "subprocess", "--store", lost.root)
    assert run.returncode == 0, run.stderr
    assert results(lost.folder(key)) == before
    finished = [line for line in run.stderr.splitlines() if "finished" in line]
    assert len(finished) == 1
    assert "overlap test-id" in finished[0]
