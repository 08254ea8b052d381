from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_this_machine_is_examined_without_torch(tmp_path: Path) -> None:
    code = (
        "import sys, contextlib; from bi_bench.cli import app\n"
        f"with contextlib.suppress(SystemExit): app(['doctor', '--json', '--store', {str(tmp_path)!r}])\n"
        "print({'torch', 'transformers', 'numpy'} & set(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr.strip() == "set()"
    facts = json.loads(result.stdout)
    assert facts.keys() == {"machine", "packages", "findings", "abilities"}
    assert facts["machine"]["cores"] > 0
    names = {package["name"]: package["status"] for package in facts["packages"]}
    assert names["torch"] == names["trl"] == "ok"
    assert not [finding for finding in facts["findings"] if finding["stops"]]


def test_doctor_says_it_in_words_and_ends_with_0(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bi_bench", "doctor", "--store", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "yes suites of the embedded model" in result.stdout
    assert str(tmp_path) not in result.stdout
