from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Algorithm, ExternalCommand, RewardTerm, UserError
from bi_bench.plugins import discover
from bi_bench.suite.validation import validate
from bi_bench.training.trl.settings import grpo_settings
from bi_bench_plugins.algorithms.command import Command, CommandParameters

ONLINE = ("grpo", "dr-grpo", "dapo", "gspo", "cispo", "rloo", "reinforce-pp")
OPTIMIZER = {"learning_rate": 1e-6, "max_grad_norm": 1.0, "weight_decay": 0.01}


def phase(name: str, **params: Any) -> Any:
    cls = discover().get(Algorithm, name).cls
    (only,) = cls(cls.Params(**params)).phases()
    return only


@pytest.mark.parametrize("name", ONLINE)
def test_the_defaults_can_be_carried_out_and_cost_the_same_rollouts(name: str) -> None:
    declared = phase(name, reward="random")
    assert (declared.steps, declared.prompts, declared.group) == (200, 32, 32)
    assert declared.terms == (RewardTerm("random"),)
    assert grpo_settings(declared, 128).rows == 1024
    assert OPTIMIZER.items() <= declared.config.items()


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("dr-grpo", {"loss_type": "dr_grpo", "scale_rewards": "none"}),
        ("dapo", {"epsilon": 0.2, "epsilon_high": 0.28, "minibatches": 16, "loss_type": "dapo"}),
        ("dapo", {"resample_rounds": 10, "overlong_penalty": 0.5, "overlong_share": 0.2}),
        (
            "gspo",
            {"epsilon": 3e-4, "epsilon_high": 4e-4, "importance_sampling_level": "sequence"},
        ),
        ("gspo", {"minibatches": 4, "loss_type": "grpo"}),
        ("cispo", {"loss_type": "cispo", "epsilon_high": 5.0, "minibatches": 16}),
        ("rloo", {"advantage": "leave-one-out"}),
        ("reinforce-pp", {"advantage": "batch", "epsilon": 0.2}),
    ],
)
def test_each_has_the_settings_of_its_paper(name: str, config: dict[str, Any]) -> None:
    assert config.items() <= phase(name).config.items()


def test_the_overlong_handling_of_dapo_is_one_of_three() -> None:
    assert phase("dapo", overlong="mask").config["mask_truncated_completions"] is True
    assert "overlong_penalty" not in phase("dapo", overlong="mask").config
    none = phase("dapo", overlong="none").config
    assert none["mask_truncated_completions"] is False
    assert "overlong_penalty" not in none


def test_reinforce_pp_can_take_off_the_mean_of_the_group() -> None:
    assert phase("reinforce-pp", baseline=True).config["advantage"] == "centred-batch"


def test_grpo_says_what_it_said_before_it_could_reuse_batches() -> None:
    cls = discover().get(Algorithm, "grpo").cls
    assert cls.Params().model_dump(mode="json").keys() == {
        "steps",
        "prompts",
        "group",
        "learning_rate",
        "reward",
        "max_grad_norm",
        "weight_decay",
        "entropy",
    }
    reused = cls.Params.model_validate({"iterations": 2})
    assert reused.model_dump(mode="json")["iterations"] == 2
    assert cls.Params.model_validate(reused.model_dump(mode="json"), strict=False) == reused


def command(**table: Any) -> CommandParameters:
    argv = ["{python}", "{script}", "{checkpoint}", "{output}"]
    made: CommandParameters = validate(CommandParameters, {"argv": argv, **table}, "suite.toml")
    return made


def test_the_key_sees_the_content_of_the_files_and_not_their_places(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a")
    two.write_text("a")
    dumped = [command(files={"script": str(f)}).model_dump(mode="json") for f in (one, two)]
    assert dumped[0] == dumped[1]
    assert str(tmp_path) not in str(dumped)
    two.write_text("b")
    changed = command(files={"script": str(two)})
    assert changed.model_dump(mode="json") != dumped[0]
    with pytest.raises(UserError, match='SHA-256 of the file "script" is'):
        command(files={"script": str(two)}, sha256=dumped[0]["sha256"])
    (phase,) = Command(changed).phases()
    assert isinstance(phase, ExternalCommand)
    assert phase.files == {"script": str(two)}
    assert Command(changed).warnings()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"argv": ["{chekpoint}", "{output}"]}, r"no placeholder \{chekpoint\}; did you mean"),
        ({"argv": ["x", "{checkpoint}"]}, r"argv: \{output\} must be among the arguments"),
        ({"argv": []}, "argv: .*at least 1 item"),
        ({"files": {"script": "no-such-file.py"}}, "no-such-file.py cannot be read"),
        ({"files": {"seed": __file__}}, '"seed" cannot name a file'),
        ({"timeout": 0}, "timeout: .*greater than 0"),
    ],
)
def test_mistakes_in_a_command_are_named(table: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        command(**{"files": {"script": __file__}, **table})
