"""RFT that ends when it has spent what the reference arm spent, and SFT in the place of RFT."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Algorithm, Benchmark, Strategy, UserError
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.problems import write_problems
from bi_bench.plugins import discover
from bi_bench.stages import augment, rft
from bi_bench.stages.context import StageContext
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny
from tests.conftest import present

BENCHMARK = {"tier": "embedded", "ops": (1, 2), "ops_ood": (3, 4)}
ROLLOUTS = {"steps": 3, "prompts": 4, "group": 4, "learning_rate": 1e-3}
SETTINGS = {"temperature": 1.0, "max_new_tokens": 16, "batch_size": 64, "micro_batch_size": 16}
SFT = {
    "epochs": 1.0,
    "batch_size": 4,
    "micro_batch_size": 4,
    "learning_rate": 1e-3,
    "schedule": "linear",
    "warmup": 0.0,
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "max_length": 512,
    "gradient_checkpointing": False,
    "loss_on": "response",
}


def identity(algorithm: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    registry = discover()
    return {
        "benchmark": {**registry.get(Benchmark, "igsm").identity(), "params": BENCHMARK},
        "algorithm": {**registry.get(Algorithm, algorithm).identity(), "params": params},
        "settings": SETTINGS,
        "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
        "seed": 3,
        **more,
    }


def problems(folder: Path) -> Path:
    folder.mkdir()
    source = IGSM(IGSMParameters.model_validate(BENCHMARK))
    write_problems(folder, list(source.problems("rl", 12, random.Random(0))))
    return folder


def run(
    tmp_path: Path, stage: dict[str, Any], **inputs: Path
) -> tuple[Costs, list[dict[str, Any]]]:
    """The costs that the stage counted, and its history."""
    checkpoint = Tiny().source().folder
    assert checkpoint is not None
    folder = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    parents = {"checkpoint": checkpoint, "problems": tmp_path / "problems", **inputs}
    made = {"identity": stage, "plugin_files": []}
    costs = rft.run(StageContext.make(made, parents, folder, lambda **_: None))
    return costs, list(map(json.loads, (folder / "history.jsonl").read_text().splitlines()))


def spent(tmp_path: Path, **costs: float) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir(exist_ok=True)
    Costs.model_validate(costs).write(folder)
    return folder


def test_rft_goes_on_until_the_tokens_of_the_reference_are_generated(tmp_path: Path) -> None:
    problems(tmp_path / "problems")
    plain, history = run(tmp_path, identity("grpo", ROLLOUTS))
    assert plain.steps == len(history) == 3
    a_step = present(plain.tokens_generated) / 3

    def matched(tokens: int) -> tuple[Costs, list[dict[str, Any]]]:
        stage = identity("grpo", ROLLOUTS, match="generated_tokens")
        return run(tmp_path, stage, reference=spent(tmp_path, tokens_generated=tokens))

    fewer, log = matched(round(1.5 * a_step))
    assert (fewer.steps, len(log)) == (2, 2)
    # What was trained before the end is what an unmatched run trains.
    same = ("reward", "loss", "completions/mean_length")
    assert [[r[k] for k in same] for r in log] == [[r[k] for k in same] for r in history[:2]]
    assert present(fewer.budget_share) >= 1
    more, _ = matched(round(5.5 * a_step))
    assert present(more.steps) > 4
    assert present(more.tokens_generated) >= round(5.5 * a_step)
    capped, _ = matched(round(1e6 * a_step))
    assert capped.steps == 12  # four times the steps of the algorithm
    assert 0 < present(capped.budget_share) < 0.01


def test_expert_iteration_and_seconds_can_be_matched_too(tmp_path: Path) -> None:
    problems(tmp_path / "problems")
    stage = identity("expert-iteration", ROLLOUTS, match="generated_tokens")
    costs, history = run(tmp_path, stage, reference=spent(tmp_path, tokens_generated=1))
    assert costs.steps == len(history) == 1
    stage = identity("grpo", ROLLOUTS, match="device_seconds")
    costs, _ = run(tmp_path, stage, reference=spent(tmp_path, wall_seconds=1e-6))
    assert costs.steps == 1


def test_a_reference_that_spent_nothing_is_an_error(tmp_path: Path) -> None:
    problems(tmp_path / "problems")
    stage = identity("grpo", ROLLOUTS, match="generated_tokens")
    with pytest.raises(UserError, match="has no tokens_generated"):
        run(tmp_path, stage, reference=spent(tmp_path, wall_seconds=3))


def test_sft_longer_goes_on_for_so_many_updates(tmp_path: Path) -> None:
    shown = problems(tmp_path / "problems")
    stage = identity("grpo", {})
    vanilla = {**discover().get(Strategy, "vanilla").identity(), "params": {}}
    stage = {"benchmark": stage["benchmark"], "strategy": vanilla, "seed": 1}
    demonstrations = tmp_path / "augment"
    demonstrations.mkdir()
    made = {"identity": stage, "plugin_files": []}
    context = StageContext.make(made, {"problems": shown}, demonstrations, lambda **_: None)
    augment.run(context)
    settings = {**SETTINGS, "sft": SFT}
    params = {"steps": 7, "learning_rate": 5e-4}  # 12 demonstrations: more than two epochs
    stage = identity("sft-longer", params, settings=settings)
    costs, history = run(tmp_path, stage, augment=demonstrations)
    assert costs.steps == history[-1]["step"] == 7
    assert costs.tokens_generated == 0 < present(costs.tokens_trained)
    assert history[0]["learning_rate"] == pytest.approx(5e-4)
    assert history[-1]["loss"] < history[0]["loss"]
