from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from bi_bench.artifacts.problems import write_problems
from bi_bench_plugins.benchmarks.igsm import IGSM
from tests.plugins.analyses.conftest import Measure


@pytest.fixture
def curve_folders(folders: dict[str, Path], igsm: IGSM, tmp_path: Path) -> dict[str, Path]:
    """Two checkpoints on the way, one of them with an untrained head; 40 test problems."""
    drawn = tmp_path / "test-id"
    drawn.mkdir()
    problems = list(igsm.problems("test-id", 40, random.Random(1)))
    write_problems(drawn, problems)
    for step in (2, 10):
        shutil.copytree(folders["sft"], folders["rft"] / "checkpoints" / str(step))
    (folders["rft"] / "costs.json").write_text(json.dumps({"steps": 12}))
    return {**folders, "problems/test-id": drawn}


def test_a_row_a_checkpoint_in_order_with_its_step(
    measure: Measure, curve_folders: dict[str, Path]
) -> None:
    rows = measure("learning-curve", curve_folders, problems=30)
    assert [row["step"] for row in rows] == [0, 2, 10, 12]
    assert [row["checkpoint"] for row in rows] == ["sft", "step 2", "step 10", "rft"]
    assert {row["problems"] for row in rows} == {30}
    # All four are the same weights, so the curve is flat; and these weights know something.
    assert len({(row["accuracy"], row["tokens"]) for row in rows}) == 1
    assert 0.2 < rows[0]["accuracy"] < 1


def test_it_sees_that_a_checkpoint_is_worse(
    measure: Measure, curve_folders: dict[str, Path]
) -> None:
    from safetensors.torch import load_file, save_file

    file = curve_folders["rft"] / "checkpoints" / "10" / "model.safetensors"
    weights = {name: 0.5 * tensor for name, tensor in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})
    _, before, damaged, after = measure("learning-curve", curve_folders)
    assert damaged["accuracy"] < before["accuracy"] == after["accuracy"]


def test_an_outside_trainer_has_no_last_step(
    measure: Measure, curve_folders: dict[str, Path]
) -> None:
    (curve_folders["rft"] / "costs.json").write_text("{}")
    assert measure("learning-curve", curve_folders, problems=2)[-1]["step"] is None
