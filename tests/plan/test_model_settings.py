"""Prompt, adapters and the switches of the released code: what they are in the key of, what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.suite import load_suite
from tests.plan import golden

SUITE = """
name = "reference"
analyses = ["influence"]
[matrix]
benchmarks = [{ name = "igsm", ops = [2, 3], ops_ood = [4, 5] }]
models = [{ name = "hub", id = "some/model", revision = "abc" }]
strategies = ["vanilla"]
algorithms = [{ name = "grpo", steps = 4 }]
seeds = [0]
[defaults.numerics]
device = "cpu"
"""
TEMPLATE = "{% for m in messages %}{{ m.content }}{% endfor %}"


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "reference.toml"
    file.write_text(SUITE)
    (tmp_path / "chat.jinja").write_text(TEMPLATE)
    (tmp_path / "other.jinja").write_text(TEMPLATE)
    return file


def planned(file: Path, *overrides: str) -> StageGraph:
    return plan_suite(load_suite(file, overrides))


def identities(plan: StageGraph) -> dict[str, Any]:
    """The identity of each kind of stage without its parents' keys."""
    return {s.kind: {**s.identity, "parents": None} for s in plan.stages}


@pytest.mark.parametrize(
    ("override", "changed"),
    [
        ("defaults.prompt.prefix=x", {"sft", "rft", "probe", "evaluate", "analyse"}),
        ("defaults.prompt.template=chat.jinja", {"sft", "rft", "probe", "evaluate", "analyse"}),
        ('defaults.prompt.stop=["x"]', {"rft", "probe", "evaluate", "analyse"}),
        ("defaults.sft.adam_beta2=0.95", {"sft"}),
        ("defaults.rft.gradient_checkpointing=true", {"rft"}),
        ('defaults.lora.stages=["sft"]', {"sft"}),
        ('defaults.lora.stages=["rft"]', {"rft"}),
        ("defaults.lora.rank=4", set()),
        ("defaults.prompt.template=none", set()),
        ("defaults.sft.adam_beta2=0.999", set()),
        ("matrix.algorithms[0].kl=0.1", {"rft"}),
        ("matrix.algorithms[0].gradient_scale=0.125", {"rft"}),
        ("matrix.algorithms[0].format_reward=0.05", {"rft"}),
        ("matrix.algorithms[0].kl=0.0", set()),
    ],
)
def test_settings_are_in_the_keys_they_affect_only_if_they_are_set(
    suite_file: Path, override: str, changed: set[str]
) -> None:
    before, after = identities(planned(suite_file)), identities(planned(suite_file, override))
    assert {kind for kind in before if before[kind] != after[kind]} == changed


def test_adapters_depend_on_the_version_of_peft(suite_file: Path) -> None:
    found = identities(planned(suite_file, 'defaults.lora.stages=["sft"]'))
    assert "peft" in found["sft"]["libraries"]
    assert "peft" not in found["rft"]["libraries"]


def test_the_key_depends_on_the_content_of_a_template(suite_file: Path) -> None:
    one, other = (
        identities(planned(suite_file, f"defaults.prompt.template={name}.jinja"))
        for name in ("chat", "other")
    )
    assert one == other
    assert one["sft"]["settings"]["prompt"] == {"template": TEMPLATE}
    (suite_file.parent / "chat.jinja").write_text("." + TEMPLATE)
    assert identities(planned(suite_file, "defaults.prompt.template=chat.jinja")) != one


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("defaults.prompt.template=chat.ninja",), r'template: file "chat.ninja" not found next'),
        (("defaults.prompt.template=modle",), 'did you mean "model"'),
        (("defaults.prompt.template=reference.toml",), "it is not a chat template"),
        (("defaults.prompt.system=Think.",), r"defaults.prompt: system needs a chat template"),
        (('defaults.prompt.stop=[""]',), r"defaults.prompt.stop\[0\]"),
        (('defaults.lora.stages=["stf"]',), r"defaults.lora.stages\[0\]"),
        (("matrix.algorithms[0].kl_mask=0.1",), "kl_mask needs kl above 0"),
        (
            ('defaults.prompt.stop=["x"]', 'matrix.algorithms=[{name="dapo", overlong="mask"}]'),
            "dapo masks truncated completions",
        ),
        (
            ('matrix.models=["tiny"]', "defaults.prompt.template=model"),
            "tiny has no chat template",
        ),
    ],
)
def test_impossible_model_settings_are_errors_before_anything_runs(
    suite_file: Path, overrides: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        planned(suite_file, *overrides)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat_template.jinja", TEMPLATE),
        ("tokenizer_config.json", json.dumps({"chat_template": TEMPLATE, "eos_token": "x"})),
    ],
)
def test_a_local_model_with_a_template_is_found(
    suite_file: Path, tmp_path: Path, name: str, content: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_text(golden.NO_WEIGHTS)
    local = f'matrix.models=[{{name="hub", path="{folder}"}}]'
    with pytest.raises(UserError, match="has no chat template"):
        planned(suite_file, local, "defaults.prompt.template=model")
    (folder / name).write_text(content)
    assert planned(suite_file, local, "defaults.prompt.template=model").cells
