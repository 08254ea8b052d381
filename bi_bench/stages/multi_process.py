"""A stage by several processes: `accelerate launch` inside the lease that the stage was given.

The first process writes into the folder of the stage; the others compute the same or their share,
and what they write is thrown away. Each runs the same stage function; what is different among
them is up to the trainers (see :mod:`bi_bench.training.processes`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.api import UserError
from bi_bench.api.progress import Progress
from bi_bench.artifacts.costs import Costs
from bi_bench.stages.in_process import run_in_process

PROGRESS, RESULT = "\x1eprogress ", "\x1eresult "  # how the processes speak to the stage's own


def run_multi_process(
    stage: Mapping[str, Any],
    inputs: Mapping[str, Path],
    folder: Path,
    progress: Progress,
    processes: int,
) -> Costs:
    """Fill ``folder`` by so many processes; returns the costs that the first one counted.

    Raises UserError where a process raised one, RuntimeError if the processes failed.
    """
    roles = {role: str(path) for role, path in inputs.items()}
    task = json.dumps({"stage": dict(stage), "inputs": roles, "folder": str(folder)})
    device = stage["identity"]["numerics"]["device"]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "task.json"
        file.write_text(task, encoding="utf-8")
        whole = [*launch_command(processes, device, Path(scratch)), str(file)]
        pipe: dict[str, Any] = {"stdout": subprocess.PIPE, "encoding": "utf-8", "errors": "replace"}
        with subprocess.Popen(whole, env=_environment(), **pipe) as launcher:
            for line in launcher.stdout or ():
                if line.startswith(PROGRESS):
                    progress(**json.loads(line.removeprefix(PROGRESS)))
                elif line.startswith(RESULT):
                    result |= json.loads(line.removeprefix(RESULT))
                else:
                    print(line, end="")
        code = launcher.returncode
    if "user_error" in result:
        raise UserError(result["user_error"])
    if code or "costs" not in result:
        raise RuntimeError(f"one of {processes} processes failed (exit code {code}); see the log")
    return Costs.model_validate(result["costs"])


def launch_command(processes: int, device: str, scratch: Path) -> list[str]:
    """The command line of `accelerate launch` for this module; writes its file to ``scratch``."""
    # Without one it reads what `accelerate config` left in the home folder.
    config = scratch / "accelerate.json"
    config.write_text(json.dumps({"distributed_type": "MULTI_GPU"}), encoding="utf-8")
    # --cpu would start a single process. Without a GPU the same launcher starts processes that
    # talk over gloo; the trainers' own settings keep them on the CPU.
    kind = ["--multi_gpu", "--num_processes", str(processes), "--num_machines", "1"]
    plain = ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    start = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(config)]
    gpus = ["--gpu_ids", "all"] if device == "cuda" else []
    return [*start, *kind, *plain, *gpus, "--module", __name__]


def _environment() -> dict[str, str]:
    """Modules are found where this process finds them, and never in the working folder."""
    search = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": search}


def main(file: Path) -> None:
    """One of the processes: the stage, into its folder or, but for the first, into a temporary one."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task = json.loads(file.read_text(encoding="utf-8"))
    rank = int(os.environ["RANK"])
    if task["stage"]["identity"]["numerics"]["device"] == "cuda":
        import torch

        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    inputs = {role: Path(path) for role, path in task["inputs"].items()}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if rank else Path(task["folder"])
        tell = (lambda **_: None) if rank else _say_progress
        try:
            costs = run_in_process(task["stage"], inputs, folder, tell)
        except UserError as error:
            _say(RESULT, {"user_error": str(error)})  # the first to fail may be any of them
            raise SystemExit(1) from None
    if not rank:
        _say(RESULT, {"costs": costs.to_json()})


def _say_progress(**report: Any) -> None:
    _say(PROGRESS, report)


def _say(kind: str, data: Mapping[str, Any]) -> None:
    # Not sys.stdout, which goes to the log while a plugin is running.
    print(f"\n{kind}{json.dumps(data, default=float)}", file=sys.__stdout__, flush=True)


def _end_with_parent() -> None:
    """The launcher puts each process into a new session: a kill of the stage's would miss it."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
