from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]

HARD = "01" * 30  # what the first model gets right of 60 documents
BETTER = "0111" * 15


def test_the_verb_prints_writes_and_imports_nothing_heavy(
    write: Callable[..., Path], tmp_path: Path, rows: Callable[..., Rows]
) -> None:
    paths = [write("base", {"t": rows(HARD)}), write("tuned", {"t": rows(BETTER)})]
    out = tmp_path / "found.md"
    code = (
        "import sys; from bi_bench.cli import main\n"
        "try: main()\nfinally: print({'torch', 'transformers', 'lm_eval'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, "import", "lm-eval", *map(str, paths), "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "tuned scores 25.0 points more" in result.stdout
    assert result.stdout.endswith("set()\n")
    assert "tuned scores 25.0 points more" in out.read_text()
    assert str(tmp_path) not in out.read_text()
    refused = write("other", {"t": rows(BETTER)}, shots=3)
    result = subprocess.run(
        [*command[:5], str(paths[0]), str(refused)], capture_output=True, text=True
    )
    assert result.returncode == 2
    assert "num_fewshot differs" in result.stdout
    assert "nothing could be compared" in result.stderr


def test_broken_unicode_and_a_folder_for_a_file_are_no_crash(
    write: Callable[..., Path], tmp_path: Path, rows: Callable[..., Rows]
) -> None:
    metric = "m\ud800"
    paths = [write(name, {"t": rows(HARD, metric)}) for name in ("base", "tuned")]
    command = [sys.executable, "-m", "bi_bench", "import", "lm-eval", *map(str, paths)]
    result = subprocess.run([*command, "--json"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["comparisons"][0]["metric"] == metric
    result = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path}: Is a directory\n"
