"""Trackers beside the log: results stay as they are, whatever a tracker does."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

from bi_bench.api.versions import library_versions
from bi_bench.artifacts.demonstrations import Demonstration, write_demonstrations
from bi_bench.stages import sft
from bi_bench.stages.context import StageContext
from bi_bench.suite.schema import SFT
from bi_bench.training.tracking import Guarded
from bi_bench_plugins.models.tiny import Tiny

SETTINGS = SFT(epochs=2.0, batch_size=4, micro_batch_size=4, learning_rate=1e-3)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WANDB_MODE", "WANDB_SILENT", "WANDB_PROJECT", "WANDB_DIR", "TRACKIO_DIR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", "")


def trained(store: Path, key: str, *report_to: str) -> tuple[bytes, str]:
    """Weights and history of a stage."""
    demonstrations, folder = store / "augment", store / "stages" / f"{key}.tmp-1"
    demonstrations.mkdir(exist_ok=True)
    folder.mkdir(parents=True)
    rows = [Demonstration(str(n), str(n), "? a <think>", "a b " * (n + 1)) for n in range(16)]
    write_demonstrations(demonstrations, rows)
    identity: dict[str, Any] = {
        "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
        "settings": SETTINGS.model_dump(mode="json"),
        "seed": 1,
    }
    stage: dict[str, Any] = {"identity": identity, "plugin_files": []}
    if report_to:
        stage["unkeyed"] = {"tracking": {"report_to": list(report_to), "label": "an arm"}}
    inputs = {"base": Path(str(Tiny().source().folder)), "augment": demonstrations}
    sft.run(StageContext.make(stage, inputs, folder, lambda **_: None))
    assert not list(folder.glob("**/*tracking*"))
    return (folder / "model.safetensors").read_bytes(), (folder / "history.jsonl").read_text()


@pytest.mark.parametrize("event", ["__init__", "on_train_begin", "on_log", "on_train_end"])
def test_a_tracker_that_raises_is_noted_and_changes_nothing(
    tmp_path: Path, event: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Greedy(TrainerCallback):
        """Takes random numbers, spoils what it is given, and raises."""

    calls = []

    def spoil(self: Any, *given: Any, **kwargs: Any) -> None:
        calls.append(event)
        random.random()
        torch.rand(7)
        kwargs.get("logs", {}).clear()
        if given:
            given[1].max_steps, given[2].should_training_stop = 1, True
        raise ConnectionError("no network")

    setattr(Greedy, event, spoil)
    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "wandb", Greedy)
    plain = trained(tmp_path, "plain")
    assert trained(tmp_path, "watched", "wandb") == plain
    assert calls == [event]
    assert "tracking: wandb failed" in (said := capfd.readouterr().out)
    assert "ConnectionError: no network" in said


def test_wandb_is_offline_unless_the_user_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    seen = []

    class Look(TrainerCallback):
        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            seen.append((os.environ["WANDB_MODE"], args.run_name, args.trackio_static_space_id))

    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "wandb", Look)
    trained(tmp_path, "abc", "wandb")
    monkeypatch.setenv("WANDB_MODE", "online")
    trained(tmp_path, "def", "wandb")
    assert seen == [("offline", "an arm · abc", False), ("online", "an arm · def", False)]


@pytest.mark.skipif(
    library_versions(("tensorboard",))["tensorboard"] == "absent",
    reason="tensorboard is not installed",
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_gets_every_loss_and_changes_nothing(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert trained(tmp_path, "watched", "tensorboard") == trained(tmp_path, "plain")
    events = EventAccumulator(str(tmp_path / "tracking" / "tensorboard" / "watched"))
    events.Reload()
    assert [each.step for each in events.Scalars("train/loss")] == list(range(1, 9))


def test_a_tracker_that_is_not_installed_fails_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if library_versions(("trackio",))["trackio"] != "absent":
        pytest.skip("trackio is installed")
    assert trained(tmp_path, "watched", "trackio") == trained(tmp_path, "plain")
    assert "trackio to be installed" in capfd.readouterr().out


def numpy_state() -> Any:
    return np.random.get_state(legacy=False)["state"]["key"].tolist()


def test_random_numbers_are_as_if_no_tracker_had_drawn_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Draws(TrainerCallback):
        def on_log(self, *given: Any, **kwargs: Any) -> None:
            drawn.append((random.random(), np.random.rand(), torch.rand(1)))

    drawn: list[Any] = []
    monkeypatch.setitem(INTEGRATION_TO_CALLBACK, "wandb", Draws)
    arguments = TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to="none")
    before = random.getstate(), numpy_state(), torch.get_rng_state()
    Guarded("wandb", "an arm").on_log(arguments, TrainerState(), TrainerControl(), logs={})
    assert len(drawn) == 1
    assert random.getstate() == before[0]
    assert numpy_state() == before[1]
    assert torch.get_rng_state().equal(before[2])
