"""``bi-bench sample``: shows the demonstrations of a strategy for a benchmark's problems."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bi_bench.cli.completion import plugin_names
from bi_bench.cli.options import BenchmarkArgument, JsonOption, PluginOption

if TYPE_CHECKING:
    from bi_bench.api import Example
    from bi_bench.stages.preview import Declined, Demonstration

COLOURS = {
    "attempt": "bold red",
    "return": "bold magenta",
    "restate": "green",
    "subgoal": "cyan",
    "filler": "dim",
    "say": "italic",
    "read": "bold yellow",
    "compute": "bold yellow",
}


def sample(
    benchmark: BenchmarkArgument,
    strategy: Annotated[
        str, typer.Option(help="Name of a strategy.", autocompletion=plugin_names("strategies"))
    ] = "vanilla",
    n: Annotated[int, typer.Option("-n", min=1, help="Problems to show.")] = 3,
    split: Annotated[str, typer.Option(help="Split of the problems.")] = "sft",
    seed: Annotated[int, typer.Option(help="Seed of the problems.")] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="benchmark.KEY=VALUE or strategy.KEY=VALUE."
        ),
    ] = None,
    plugin: PluginOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print problems with their demonstrations; injected steps are coloured."""
    from bi_bench.api import Benchmark, Example, Strategy
    from bi_bench.plugins import discover
    from bi_bench.stages.preview import previews
    from bi_bench.suite.single import check_split, single_entry, tables

    drawn = check_split(split)
    table = tables(set_, ("benchmark", "strategy"))
    registry = discover(plugin or ())
    found, injected = registry.get(Benchmark, benchmark), registry.get(Strategy, strategy)
    source = single_entry(found, table["benchmark"], "benchmark").plugin
    arm = single_entry(injected, table["strategy"], "strategy").plugin
    for preview in previews(source, arm, drawn, n, seed):
        if as_json:
            content = asdict(preview) if isinstance(preview, Example) else preview.to_json()
            print(json.dumps(content))
        else:
            _show(preview)


def _show(preview: Declined | Demonstration | Example) -> None:
    from bi_bench.stages.preview import Declined, Demonstration

    if isinstance(preview, Demonstration):
        _show_solution(preview)
    elif isinstance(preview, Declined):
        print(f"{preview.problem.id}: declined: {preview.reason}\n")
    else:
        print(f"{preview.id}\n{preview.prompt}\n{preview.completion}\n")


def _show_solution(preview: Demonstration) -> None:
    from rich.console import Console
    from rich.text import Text

    text = Text(preview.solution.text)
    for span in preview.solution.spans:
        if span.injected:
            text.stylize(COLOURS.get(span.kind, "bold"), span.start, span.end)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    title = f"{preview.problem.id}  (answer {preview.problem.answer})"
    console.print(Text(title, style="bold"))
    console.print(preview.prompt)
    console.print(text)
    console.print()
