"""Shell completion: names of plugins and suites, without the wait for an import of all plugins."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

SUITES = Path(__file__).parents[2] / "suites"


def completed(words: str, cache: Path, folder: Path = SUITES.parent) -> list[str]:
    """What bash offers at the end of a command line."""
    environment = {
        **os.environ,
        "_BI_BENCH_COMPLETE": "complete_bash",
        "COMP_WORDS": f"bi-bench {words}",
        "COMP_CWORD": str(len(words.split(" "))),
        "XDG_CACHE_HOME": str(cache),
    }
    command = [sys.executable, "-m", "bi_bench"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder)
    assert result.stderr == ""
    return result.stdout.split()


def test_verbs_plugins_and_suites_are_completed(tmp_path: Path) -> None:
    assert completed("pl", tmp_path) == ["plan", "plugins"]
    assert completed("plugins s", tmp_path) == ["show"]
    assert completed("plugins show bri", tmp_path) == ["bridge"]
    assert completed("sample ig", tmp_path) == ["igsm"]
    assert {"vanilla", "bridge"} <= set(completed("sample igsm --strategy ", tmp_path))
    assert "igsm" not in completed("sample igsm --strategy ", tmp_path)
    assert completed("run suites/sm", tmp_path) == ["suites/smoke.toml"]
    assert "suites/" in completed("run s", tmp_path)
    assert completed("run no/such/", tmp_path) == []


def test_a_changed_source_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    info = tmp_path / "late_mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: late-mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bi_bench]\nlate = late_mine\n")
    module = tmp_path / "late_mine.py"
    module.write_text("raise SystemExit(1)")
    assert completed("plugins show late-", tmp_path / "cache") == []
    module.write_text(
        "from bi_bench.api import Draft, Strategy, hookimpl\n"
        "class Late(Strategy):\n    name = 'late-one'\n"
        "    def drafts(self, problem, plan, context):\n        return []\n"
        "@hookimpl\ndef bi_bench_strategies():\n    return [Late]\n"
    )
    assert completed("plugins show late-", tmp_path / "cache") == ["late-one"]
    assert completed("sample igsm --strategy late-", tmp_path / "cache") == ["late-one"]


@pytest.mark.alone
def test_completion_is_fast(tmp_path: Path) -> None:
    completed("plugins show b", tmp_path)
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        assert "bridge" in completed("plugins show b", tmp_path)
        seconds.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
    assert min(seconds) < 0.3, seconds
