"""An outside trainer: a command that is given a checkpoint and problems and leaves a checkpoint.

The command runs without a shell in the working folder. What it prints goes to the log of the stage.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil
import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel

from bi_bench.api import ExternalCommand, UserError
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.seeding import trainer_seed
from bi_bench.training.weights import gaps, not_finite

TAIL = 20  # lines of the log that an error shows
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def train_command(
    job: TrainingJob, problems: Sequence[Mapping[str, object]], phase: ExternalCommand
) -> Trained:
    """Run the command of the phase and take its weights over in place.

    In ``phase.argv`` ``{checkpoint}``, ``{prompts}`` (JSON lines of
    ``problems``), ``{output}``, ``{steps}``, ``{seed}``, ``{python}`` and the keys of ``files`` are
    replaced. Tokens are not counted.

    Raises UserError with the tail of the log if the command cannot be started, fails, runs out of
    time, or leaves no checkpoint of the same architecture with finite weights.
    """
    names = ("checkpoint", "output", "prompts.jsonl")
    source, output, prompts = (job.scratch / name for name in names)
    job.checkpoint.save(source)
    output.mkdir()
    prompts.write_text("".join(json.dumps(row) + "\n" for row in problems), encoding="utf-8")
    values = {
        **phase.files,
        "checkpoint": str(source),
        "prompts": str(prompts),
        "output": str(output),
        "steps": str(phase.steps),
        "seed": str(trainer_seed(job.seed)),
        "python": sys.executable,
    }
    tail = run([fill(part, values) for part in phase.argv], phase.timeout)
    _take_over(job.checkpoint.model, output, tail)
    return Trained([], 0)


def fill(part: str, values: Mapping[str, str]) -> str:
    """One argument with its placeholders replaced, once; other braces stay as they are."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), part)


def run(argv: Sequence[str], timeout: float | None) -> str:
    """Run a command, pass on what it prints, and return the last lines of that.

    Raises UserError, with these lines, for any exit code but 0 and after ``timeout`` seconds; then
    the command and all that it has started are killed.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, ValueError) as error:
        raise UserError(f'the command "{argv[0]}" cannot be started: {error}') from None
    lines: deque[str] = deque(maxlen=TAIL)
    assert process.stdout is not None
    reader = threading.Thread(target=_pass_on, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        _kill(process.pid)
        process.wait()
        code = None
    reader.join(5)  # what the command left running may hold the pipe open
    tail = "".join(lines)
    if code is None:
        raise UserError(f'the command "{argv[0]}" ran longer than {timeout} seconds{_shown(tail)}')
    if code:
        raise UserError(f'the command "{argv[0]}" ended with exit code {code}{_shown(tail)}')
    return tail


def _pass_on(stream: IO[str], lines: deque[str]) -> None:
    with stream:
        for line in stream:
            lines.append(line)
            print(line, end="", flush=True)


def _kill(pid: int) -> None:
    family = psutil.Process(pid)
    for process in [*family.children(recursive=True), family]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _shown(tail: str) -> str:
    return f". The last that it printed:\n{tail}" if tail.strip() else "; it printed nothing"


def _take_over(model: PreTrainedModel, folder: Path, tail: str) -> None:
    """The weights in ``folder`` become those of the model; safetensors alone, so no pickle is read."""
    if not any(folder.iterdir()):
        raise UserError(f"the command left its output folder empty{_shown(tail)}")
    try:
        loaded: Any = type(model).from_pretrained(
            folder,
            config=model.config,
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(
            f"the command left no readable checkpoint: {error}{_shown(tail)}"
        ) from error
    found, report = loaded
    state = found.state_dict()
    if problem := gaps(report):
        raise UserError(f"the command left another architecture: {problem}{_shown(tail)}")
    if problem := not_finite(state):
        raise UserError(f"the command left {problem}{_shown(tail)}")
    model.load_state_dict(state)
