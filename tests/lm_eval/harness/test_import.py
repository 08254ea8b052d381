from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

# The entry point of the command, run for each list of arguments; its imports are paid for once.
COMMANDS = """
import json, sys
from lm_eval.__main__ import cli_evaluate

for arguments in json.loads(sys.argv[1]):
    sys.argv = ["lm_eval", *arguments]
    cli_evaluate()
"""


@pytest.mark.slow
def test_logs_of_the_real_command_are_compared(
    exported: Path,
    checkpoint: Path,
    offline: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    from safetensors.torch import load_file, save_file

    other = tmp_path / "damaged"
    shutil.copytree(checkpoint, other)
    weights = load_file(other / "model.safetensors")
    for name in weights:
        if name.endswith("out_proj.weight"):
            weights[name] = weights[name] * 0.0
    save_file(weights, other / "model.safetensors", {"format": "pt"})
    outs: list[Path] = []
    commands: list[list[str]] = []
    for model in (checkpoint, other):
        outs.append(tmp_path / f"out-{model.name}")
        arguments = ["--model", "hf", "--tasks", "bi_bench_igsm_test_ood"]
        arguments += ["--model_args", f"pretrained={model},dtype=float32", "--device", "cpu"]
        arguments += ["--include_path", str(exported), "--limit", "20", "--batch_size", "20"]
        commands.append([*arguments, "--log_samples", "--output_path", str(outs[-1])])
    result = offline("-c", COMMANDS, json.dumps(commands))
    assert result.returncode == 0, result.stderr
    result = offline("-m", "bi_bench", "import", "lm-eval", *outs, "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    reported = []
    for out in outs:
        (file,) = out.rglob("results_*.json")
        reported.append(json.loads(file.read_text())["results"]["bi_bench_igsm_test_ood"])
    acc = next(each for each in found["comparisons"] if each["metric"] == "acc")
    assert acc["primary"]
    assert acc["documents"] == 20
    assert acc["reference_score"] == pytest.approx(reported[0]["acc,none"])
    assert acc["score"] == pytest.approx(reported[1]["acc,none"])
    assert reported[0]["acc,none"] != reported[1]["acc,none"], "nothing is told apart here"
    assert acc["flips"]["fixed"] - acc["flips"]["broken"] == pytest.approx(
        20 * acc["difference"]["estimate"]
    )
    assert (found["refused"], found["notes"]) == ([], [])
