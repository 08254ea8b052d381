from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from bi_bench.api import ExternalCommand, UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.command import fill, run, train_command
from bi_bench.training.job import TrainingJob

HALVES = """
import json, shutil, sys
from pathlib import Path
from safetensors.numpy import load_file, save_file

source, prompts, output, steps, seed = sys.argv[1:]
rows = [json.loads(line) for line in Path(prompts).read_text().splitlines()]
assert rows == [{"id": "p", "prompt": "1 + 1 =", "answer": "2"}], rows
assert (steps, seed) == ("7", "5"), (steps, seed)
for file in Path(source).iterdir():
    shutil.copy(file, output)
tensors = load_file(Path(source) / "model.safetensors")
CHANGE
save_file(tensors, Path(output) / "model.safetensors", metadata={"format": "pt"})
print("trained on", len(rows))
"""
ARGUMENTS = ["{checkpoint}", "{prompts}", "{output}", "{steps}", "{seed}"]
ROWS = [{"id": "p", "prompt": "1 + 1 =", "answer": "2"}]


def train(
    tiny: Checkpoint, scratch: Path, code: str, timeout: float = 120, arguments: Any = ARGUMENTS
) -> None:
    argv = ["{python}", "-c", code, *arguments]
    phase = ExternalCommand(steps=7, argv=argv, timeout=timeout)
    train_command(TrainingJob(tiny, Numerics(), 5, scratch), ROWS, phase)


def weights(checkpoint: Checkpoint) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in checkpoint.model.parameters()])


def test_the_weights_that_the_command_leaves_are_taken_over(
    tiny: Checkpoint, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = weights(tiny)
    change = "tensors = {name: value / 2 for name, value in tensors.items()}"
    train(tiny, tmp_path, HALVES.replace("CHANGE", change))
    assert torch.equal(weights(tiny), before / 2)
    assert "trained on 1" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('no memory left'); sys.exit(3)", r"exit code 3.*\n.*no memory left"),
        ("print('did nothing')", "left its output folder empty.*\n.*did nothing"),
        (
            "import sys, pathlib; (pathlib.Path(sys.argv[3]) / 'notes.txt').write_text('x')",
            "left no readable checkpoint",
        ),
        (
            "import sys, pathlib; (pathlib.Path(sys.argv[3]) / 'model.safetensors').write_text('x')",
            "left no readable checkpoint",
        ),
        (HALVES.replace("CHANGE", "tensors.popitem()"), "another architecture: .* missing"),
        (
            HALVES.replace("CHANGE", "name, value = tensors.popitem(); tensors[name] = value[:1]"),
            "left no readable checkpoint|another architecture",
        ),
        (
            HALVES.replace("CHANGE", "next(iter(tensors.values()))[:] = float('nan')"),
            "weights that are not finite",
        ),
    ],
)
def test_what_goes_wrong_outside_is_a_clear_error_with_the_end_of_the_log(
    tiny: Checkpoint, tmp_path: Path, code: str, message: str
) -> None:
    before = weights(tiny)
    with pytest.raises(UserError, match=message):
        train(tiny, tmp_path, code)
    assert torch.equal(weights(tiny), before)


def test_pickled_weights_are_not_read(tiny: Checkpoint, tmp_path: Path) -> None:
    code = "import sys, pathlib; (pathlib.Path(sys.argv[3]) / 'pytorch_model.bin').write_text('x')"
    with pytest.raises(UserError, match="left no readable checkpoint"):
        train(tiny, tmp_path, code)


def test_a_command_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; print('hello', flush=True); "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(77)']); time.sleep(77)"
    )
    import sys

    started = time.monotonic()
    with pytest.raises(UserError, match=r"longer than 3 seconds.*\n.*hello"):
        run([sys.executable, "-c", code], 3)
    assert time.monotonic() - started < 30
    time.sleep(0.2)
    left = [p for p in psutil.Process().children(recursive=True) if "77" in " ".join(p.cmdline())]
    assert left == []


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match='"no-such-program" cannot be started'):
        run(["no-such-program"], 3)


def test_placeholders_are_replaced_once_and_other_braces_stay() -> None:
    values = {"seed": "{steps}", "steps": "3"}
    assert fill("--seed={seed} {steps}", values) == "--seed={steps} 3"
    assert fill('{"lr": 1} {}', values) == '{"lr": 1} {}'
