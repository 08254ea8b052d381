"""``bi-bench export``: a benchmark as a task of another evaluation harness."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("lm-eval",)


def export(
    format: Annotated[str, typer.Argument(help="What to write: lm-eval.", show_default=False)],
    benchmark: Annotated[str, typer.Argument(help="Name of a benchmark.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; if not given, named like the task.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the task; if not given, made up.")] = "",
    n: Annotated[int, typer.Option("-n", min=1, help="Problems at most.")] = 500,
    split: Annotated[str, typer.Option(help="Split to draw from.")] = "test-id",
    seed: Annotated[int, typer.Option(help="Seed of the suite whose problems these are.")] = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="benchmark.KEY=VALUE.")
    ] = None,
    plugin: Annotated[list[Path] | None, typer.Option(help="Plugin files to load.")] = None,
) -> None:
    """Write a benchmark as an lm-eval task folder that grades with bi_bench."""
    from bi_bench.api import UserError, did_you_mean, stream
    from bi_bench.cli.pick import check_split, parameters, tables
    from bi_bench.plugins import discover
    from bi_bench.report.lm_eval import task_name, write_lm_eval_task
    from bi_bench.stages.draw import draw
    from bi_bench.suite import Entry

    if format not in FORMATS:
        hint = did_you_mean(format, FORMATS) or "."
        raise UserError(f'"{format}" cannot be written{hint} Known: {", ".join(FORMATS)}')
    drawn = check_split(split)
    table = tables(set_, ["benchmark"])["benchmark"]
    registered = discover(plugin or ()).get("benchmarks", benchmark)
    entry = Entry(registered, parameters(registered, table, "benchmark"), benchmark)
    # The stream of the problems stage, so that a suite with this seed evaluates these problems.
    stream_ = stream(seed, "problems", drawn)
    problems = draw(entry.plugin, drawn, n, stream_)
    task = name or task_name(benchmark, drawn)
    folder = out or Path(task)
    file = Path(registered.origin.file) if registered.origin.file else None
    about = f"{benchmark}, split {drawn}, {len(problems)} problems, seed {seed}."
    write_lm_eval_task(folder, task, about, entry.plugin, problems, entry.identity(), file)
    print(f"{task}: {len(problems)} problems written to {folder}")
    command = ["lm_eval", "--model", "hf", "--model_args", "pretrained=CHECKPOINT,dtype=float32"]
    print(shlex.join([*command, "--tasks", task, "--include_path", str(folder)]))
