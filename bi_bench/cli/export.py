"""``bi-bench export``: benchmarks and results in the formats of other tools."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption

FORMATS = ("lm-eval", "lm-eval-results", "model-cards", "latex")


def export(
    format: Annotated[
        str, typer.Argument(help=f"What to write: {', '.join(FORMATS)}.", show_default=False)
    ],
    what: Annotated[
        str,
        typer.Argument(
            help="lm-eval: name of a benchmark. Others: name of a run, or a record.json.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="File (latex) or folder to write; by default named after its content."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    dataset: Annotated[
        str, typer.Option(help="model-cards: benchmark on the hub that the scores are for.")
    ] = "",
    task: Annotated[str, typer.Option(help="model-cards: its task, as in its eval.yaml.")] = "",
    push: Annotated[
        str, typer.Option(help="model-cards: user or organisation on the hub to upload to.")
    ] = "",
    name: Annotated[str, typer.Option(help="lm-eval: name of the task; empty: generated.")] = "",
    n: Annotated[int, typer.Option("-n", min=1, help="lm-eval: maximum number of problems.")] = 500,
    split: Annotated[
        str, typer.Option(help="lm-eval: split of the problems; --dataset: split of the scores.")
    ] = "test-id",
    seed: Annotated[
        int, typer.Option(help="lm-eval: seed of the suite that the problems are for.")
    ] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="lm-eval: benchmark.KEY=VALUE."),
    ] = None,
    plugin: Annotated[
        list[Path] | None, typer.Option(help="lm-eval: plugin files to load.")
    ] = None,
) -> None:
    """Write a benchmark as an lm-eval task, or results as lm-eval logs, model cards or LaTeX."""
    from bi_bench.api import UserError, did_you_mean
    from bi_bench.artifacts.files import write_text
    from bi_bench.lm_eval.export_results import write_results
    from bi_bench.report.content.rows import published_report
    from bi_bench.report.data.open import open_run
    from bi_bench.report.exports.cards import check_token, push_cards, write_cards
    from bi_bench.report.exports.latex import to_latex

    if format not in FORMATS:
        hint = did_you_mean(format, FORMATS) or "."
        raise UserError(f'"{format}" cannot be written{hint} Known: {", ".join(FORMATS)}')
    if format == "lm-eval":
        _write_task(what, out, name, n, split, seed, set_, plugin)
        return
    if bool(dataset) != bool(task):
        raise UserError("--dataset and --task identify a task on the hub together; give both")
    if push:
        check_token()
    results = open_run(what, store)
    if format == "latex":
        file = out or Path(f"{results.name}.tex")
        write_text(file, to_latex(published_report(results)))
        print(file)
    elif format == "lm-eval-results":
        for file in write_results(results, out or Path(f"{results.name}-lm-eval")):
            print(file)
    else:
        folders = []
        for folder in write_cards(
            results, out or Path(f"{results.name}-cards"), dataset, task, split
        ):
            folders.append(folder)
            print(folder)
        for repository in push_cards(folders, push) if push else ():
            print(f"uploaded to {repository}")


def _write_task(
    benchmark: str,
    out: Path | None,
    name: str,
    n: int,
    split: str,
    seed: int,
    set_: list[str] | None,
    plugin: list[Path] | None,
) -> None:
    from bi_bench.api import Benchmark
    from bi_bench.lm_eval.export_task import export_task
    from bi_bench.plugins import discover
    from bi_bench.suite.single import check_split, single_entry, tables

    drawn = check_split(split)
    table = tables(set_, ["benchmark"])["benchmark"]
    registered = discover(plugin or ()).get(Benchmark, benchmark)
    task = export_task(single_entry(registered, table, "benchmark"), drawn, n, seed, name, out)
    print(f"{task.name}: {task.problems} problems written to {task.folder}")
    print(shlex.join(task.command))
