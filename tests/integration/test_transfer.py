from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

from tests.integration.conftest import Columns, Run


def kinds(store: Path) -> Counter[str]:
    files = (store / "stages").glob("*/stage.json")
    return Counter(json.loads(file.read_text())["kind"] for file in files)


def test_another_benchmark_is_evaluated_without_training_again(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    columns: Columns,
) -> None:
    before = kinds(store)
    entry = '{name="dyval-arithmetic",tier="embedded",depth=[2,2],depth_ood=[3,3]}'
    arguments = ["--set", f"defaults.evaluate.benchmarks=[{entry}]", "--set", "name=transfer"]
    result = bi_bench("run", smoke_file, "--store", store, *arguments)
    assert result.returncode == 0, result.stderr
    assert "igsm → dyval-arithmetic · test-ood" in result.stdout
    assert kinds(store) - before == {"problems": 2, "evaluate": 8, "overlap": 4}
    rows = columns(store, "transfer")
    own = [row for row in rows if "/" not in row["split"]]
    strip = [{k: v for k, v in row.items() if "tokens" not in k} for row in own]
    assert strip == [{k: v for k, v in row.items() if "tokens" not in k} for row in columns(store)]
    assert [(row["split"], row["strategy"]) for row in rows if row not in own] == [
        (f"dyval-arithmetic/{split}", strategy)
        for split in ("test-id", "test-ood")
        for strategy in ("vanilla", "bridge")
    ]
