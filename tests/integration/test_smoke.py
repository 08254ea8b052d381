from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.conftest import Columns, Run
from tests.micro import micro_suite, run_suite


def test_the_whole_pipeline_runs_and_writes_its_report(
    smoke: subprocess.CompletedProcess[str], store: Path, columns: Columns
) -> None:
    assert smoke.returncode == 0, smoke.stderr
    for word in ("vanilla", "bridge", "gain", "floor", "seed variance unmeasured"):
        assert word in smoke.stdout
    (folder,) = (store / "runs").glob("smoke-*")
    assert {file.name for file in folder.iterdir()} >= {
        "run.json",
        "report.md",
        "report.csv",
        "report.json",
        "curves.png",
    }
    rows = columns(store)
    assert {(row["strategy"], row["split"]) for row in rows} == {
        (strategy, split) for strategy in ("vanilla", "bridge") for split in ("test-id", "test-ood")
    }


def test_figures_of_analyses_are_drawn_from_a_real_store(
    smoke: subprocess.CompletedProcess[str], smoke_file: Path, bi_bench: Run, store: Path
) -> None:
    analyses = 'analyses=["difficulty", "rollout-accuracy", "behaviours", "pass-at-k"]'
    result = bi_bench("run", smoke_file, "--store", store, "--set", analyses, "--set", "name=drawn")
    assert result.returncode == 0, result.stderr
    (folder,) = (store / "runs").glob("drawn-*")
    own = {"accuracy", "rewards", "rollouts", "lengths", "tokens"}
    of_analyses = {"difficulty-lines", "behaviours-bars", "pass-at-k-lines"}
    assert {file.stem for file in (folder / "figures").iterdir()} == own | of_analyses
    text = (folder / "report.md").read_text()
    for name in own | of_analyses:
        assert f"](figures/{name}.png)" in text
        assert name in result.stdout
        assert (folder / "figures" / f"{name}.png").stat().st_size > 5000
    (plain,) = (store / "runs").glob("smoke-*")
    assert {file.stem for file in (plain / "figures").iterdir()} == own


def test_running_again_trains_nothing_and_prints_the_same_table(
    smoke: subprocess.CompletedProcess[str], smoke_file: Path, bi_bench: Run, store: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in (store / "stages").glob("*/stage.json")}
    again = bi_bench("run", smoke_file, "--store", store)
    assert again.returncode == 0, again.stderr
    table = smoke.stdout[smoke.stdout.index("smoke") :]
    assert again.stdout.strip().splitlines()[2:6] == table.strip().splitlines()[2:6]
    after = {path: path.stat().st_mtime_ns for path in (store / "stages").glob("*/stage.json")}
    assert after == before


@pytest.mark.alone
def test_running_again_takes_no_more_than_three_seconds(bi_bench: Run, tmp_path: Path) -> None:
    # A suite of its own: the only test beside the others that measure would train the whole one.
    file = micro_suite(tmp_path, plugins={})
    run_suite(file, tmp_path / "store")
    assert bi_bench("run", file, "--store", tmp_path / "store").returncode == 0
    started = time.monotonic()
    again = bi_bench("run", file, "--store", tmp_path / "store")
    seconds = time.monotonic() - started
    assert again.returncode == 0, again.stderr
    assert "finished" not in again.stderr
    assert seconds < 3


def test_learning_rate_zero_gains_exactly_nothing(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    columns: Columns,
) -> None:
    arguments = ["--set", "matrix.algorithms[0].learning_rate=0.0", "--set", "name=frozen"]
    result = bi_bench("run", smoke_file, "--store", store, *arguments)
    assert result.returncode == 0, result.stderr
    for row in columns(store, "frozen"):
        assert row["gain"] == row["gain_low"] == row["gain_high"] == 0
        assert row["gain_k"] == 0


def test_every_stage_has_its_own_costs(
    smoke: subprocess.CompletedProcess[str], store: Path
) -> None:
    trained = set()
    for file in (store / "stages").glob("*/stage.json"):
        costs = json.loads((file.parent / "costs.json").read_text())
        assert costs["wall_seconds"] > 0
        assert costs["peak_memory_mb"] > 0
        trained |= {key for key in costs if key.startswith("tokens")}
    assert trained == {"tokens_trained", "tokens_generated"}
