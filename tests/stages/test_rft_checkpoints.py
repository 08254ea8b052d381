"""Models on the way through RFT: kept where a suite asks for it, and without any effect."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from safetensors.torch import load_file

from bi_bench.api import Algorithm, Benchmark, PolicyGradient
from bi_bench.artifacts.problems import write_problems
from bi_bench.plugins import discover
from bi_bench.stages import rft
from bi_bench.stages.context import StageContext
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench_plugins.algorithms.grpo import GRPO
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny

BENCHMARK = {"tier": "embedded", "ops": (1, 2), "ops_ood": (3, 4)}


def train(tmp_path: Path, name: str, **settings: int) -> Path:
    problems = tmp_path / "problems"
    problems.mkdir(exist_ok=True)
    source = IGSM(IGSMParameters.model_validate(BENCHMARK))
    write_problems(problems, list(source.problems("rl", 8, random.Random(0))))
    registry = discover()
    params = {"steps": 3, "prompts": 4, "group": 4, "learning_rate": 1e-3}
    decoding = {"temperature": 1.0, "max_new_tokens": 16, "batch_size": 64, "micro_batch_size": 16}
    identity = {
        "benchmark": {**registry.get(Benchmark, "igsm").identity(), "params": BENCHMARK},
        "algorithm": {**registry.get(Algorithm, "grpo").identity(), "params": params},
        "settings": {**decoding, **settings},
        "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
        "seed": 3,
    }
    folder = tmp_path / name
    folder.mkdir()
    checkpoint = Tiny().source().folder
    assert checkpoint is not None
    inputs = {"checkpoint": checkpoint, "problems": problems}
    stage = {"identity": identity, "plugin_files": []}
    rft.run(StageContext.make(stage, inputs, folder, lambda **_: None))
    return folder


def test_kept_models_change_nothing_and_can_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = train(tmp_path, "plain")
    assert not (plain / "checkpoints").exists()
    kept = train(tmp_path, "kept", checkpoints=1)
    weights, same = (load_file(folder / "model.safetensors") for folder in (plain, kept))
    assert all(weights[name].equal(same[name]) for name in weights)
    assert sorted(folder.name for folder in (kept / "checkpoints").iterdir()) == ["1", "2"]
    first, second = (
        Checkpoint.load(kept / "checkpoints" / step, Numerics()).model.state_dict()
        for step in ("1", "2")
    )
    assert any(not first[name].equal(second[name]) for name in first)
    # Steps are counted over all phases, and the last one is the checkpoint itself.
    phases = [PolicyGradient(steps=2, prompts=4, group=4) for _ in range(2)]
    monkeypatch.setattr(GRPO, "phases", lambda self: phases)
    two = train(tmp_path, "two", checkpoints=1)
    assert sorted(folder.name for folder in (two / "checkpoints").iterdir()) == ["1", "2", "3"]
