from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.conftest import Columns, Run


def finished(store: Path) -> set[Path]:
    return {file.relative_to(store) for file in (store / "stages").glob("*/stage.json")}


def test_a_run_killed_three_times_gives_the_same_results_bit_for_bit(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    tmp_path: Path,
    columns: Columns,
) -> None:
    other = tmp_path / "store"
    rng = random.Random(os.getpid())
    command = [sys.executable, "-m", "bi_bench", "run", str(smoke_file), "--store", str(other)]
    kept: set[Path] = set()
    # By progress and not by the clock: on any machine each of the runs dies amid its stages.
    for wanted in sorted(rng.sample(range(len(finished(store)) - 1), 3)):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(finished(other)) < wanted and process.poll() is None:
            time.sleep(0.1)
        time.sleep(rng.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert kept <= finished(other), "a finished stage was lost"
        kept = finished(other)
    result = bi_bench("run", smoke_file, "--store", other)
    assert result.returncode == 0, result.stderr
    assert columns(other) == columns(store)
    assert list((other / "stages").glob("*.tmp-*")) == []
    for file in sorted((store / "stages").glob("*/outcomes.json")):
        if (other / "stages" / file.parent.name).exists():
            assert (
                other / "stages" / file.parent.name / file.name
            ).read_bytes() == file.read_bytes()


def test_a_terminated_run_ends_even_where_ctrl_c_is_ignored(
    smoke_file: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "bi_bench", "run", str(smoke_file), "--store", str(tmp_path)]
    ignoring = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    script = f"{ignoring}; os.execv(sys.argv[1], sys.argv[1:])"
    with subprocess.Popen(
        [sys.executable, "-c", script, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stderr is not None
        assert "started" in run.stderr.readline()
        run.terminate()
        _, errors = run.communicate(timeout=20)
    assert run.returncode == 130
    assert errors.endswith("stopped; the same command resumes the run\n")
    assert "Traceback" not in errors
