"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.completion import plugin_names, suite_files

SuiteArgument = Annotated[
    Path,
    typer.Argument(help="Suite file (TOML).", show_default=False, autocompletion=suite_files),
]
PluginNameArgument = Annotated[
    str, typer.Argument(help="Name of a plugin.", autocompletion=plugin_names())
]
BenchmarkArgument = Annotated[
    str, typer.Argument(help="Name of a benchmark.", autocompletion=plugin_names("benchmarks"))
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override any key of the suite, e.g. matrix.seeds=[0,1]."
    ),
]
StoreOption = Annotated[Path, typer.Option("--store", help="Folder of stages and runs.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EngineOption = Annotated[
    str, typer.Option("--engine", help="Engine that runs the stages, instead of the suite's.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Stages at a time: --set engine.workers=N.")
]
GpusOption = Annotated[int | None, typer.Option("--gpus", help="GPUs: --set engine.gpus=N.")]
PluginOption = Annotated[
    list[Path] | None, typer.Option("--plugin", help="Plugin files to load.", show_default=False)
]
DEFAULT_STORE = Path(".bi_bench")
ENTRY = "bi_bench.stages.worker:run_stage"
# What the fork server imports once: measured to save 5.5 s a stage.
PRELOAD = (
    "bi_bench.stages.worker",
    "bi_bench.stages.sft",
    "bi_bench.stages.rft",
    "bi_bench.stages.evaluate",
    "bi_bench.stages.probe",
    "bi_bench.stages.augment",
    "bi_bench.stages.base",
    "bi_bench.stages.problems",
)


def engine_settings(
    overrides: list[str] | None, workers: int | None, gpus: int | None = None
) -> list[str]:
    """The overrides of a suite, with what the options say of its engine."""
    options = {"engine.workers": workers, "engine.gpus": gpus}
    given = [f"{key}={value}" for key, value in options.items() if value is not None]
    return [*(overrides or ()), *given]
