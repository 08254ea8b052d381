"""Stage folders made small and for real, and analyses run on them as a worker runs them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Analysis, Benchmark, Problem
from bi_bench.artifacts.problems import write_problems
from bi_bench.artifacts.tables import write_rows
from bi_bench.plugins import discover
from bi_bench.stages import analyse
from bi_bench.stages.context import StageContext
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny

BENCHMARK = {"tier": "embedded", "ops": (2, 3), "ops_ood": (4, 5)}
Table = list[dict[str, Any]]
Measure = Callable[..., Table]
Evaluation = Callable[..., Path]


@pytest.fixture
def igsm() -> IGSM:
    return IGSM(IGSMParameters.model_validate(BENCHMARK))


@pytest.fixture
def problems(igsm: IGSM) -> list[Problem]:
    return list(igsm.problems("probe", 8, random.Random(2)))


@pytest.fixture
def tiny() -> Path:
    """The folder of the shipped model, which stands for a finished checkpoint."""
    folder = Tiny().source().folder
    assert folder is not None
    return folder


@pytest.fixture
def folders(tmp_path: Path, problems: list[Problem], tiny: Path) -> dict[str, Path]:
    """Problems, and the shipped model before and after RFT."""
    written = tmp_path / "problems"
    written.mkdir()
    write_problems(written, problems)
    rft = tmp_path / "rft"
    rft.mkdir()
    for file in tiny.iterdir():
        (rft / file.name).symlink_to(file)
    return {"problems/probe": written, "sft": tiny, "rft": rft}


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    """The folder of an evaluation with these answers, (problem id, text, temperature)."""

    def make(role: str, answers: list[tuple[str, str, float]], **outcomes: Any) -> Path:
        folder = tmp_path / role
        folder.mkdir(parents=True)
        names = ("problem", "completion", "temperature")
        write_rows(folder / "samples.parquet", [dict(zip(names, a, strict=True)) for a in answers])
        (folder / "outcomes.json").write_text(json.dumps(outcomes))
        return folder

    return make


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Runs the stage of an analysis and reads its table."""

    def run(name: str, folders: Mapping[str, Path], **params: Any) -> Table:
        analysis, benchmark = (
            discover().get(*wanted) for wanted in ((Analysis, name), (Benchmark, "igsm"))
        )
        identity = {
            "analysis": {**analysis.identity(), "params": params},
            "benchmark": {**benchmark.identity(), "params": BENCHMARK},
            "settings": {"temperature": 1.0, "max_new_tokens": 48, "batch_size": 64},
            "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
            "seed": 7,
        }
        stage = {"identity": identity, "plugin_files": []}
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        analyse.run(StageContext.make(stage, folders, out, lambda **_: None))
        table: Table = json.loads((out / "table.json").read_text())
        return table

    return run
