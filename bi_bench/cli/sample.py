"""``bi-bench sample``: shows the demonstrations of a strategy for a benchmark's problems."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bi_bench.cli.options import JsonOption

if TYPE_CHECKING:
    from bi_bench.api import Example, Problem, Solution

COLOURS = {
    "attempt": "bold red",
    "return": "bold magenta",
    "restate": "green",
    "subgoal": "cyan",
    "filler": "dim",
    "read": "bold yellow",
    "compute": "bold yellow",
}


def sample(
    benchmark: Annotated[str, typer.Argument(help="Name of a benchmark.")],
    strategy: Annotated[str, typer.Option(help="Name of a strategy.")] = "vanilla",
    n: Annotated[int, typer.Option("-n", min=1, help="Problems to show.")] = 3,
    split: Annotated[str, typer.Option(help="Split of the problems.")] = "sft",
    seed: Annotated[int, typer.Option(help="Seed of the problems.")] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="benchmark.KEY=VALUE or strategy.KEY=VALUE."
        ),
    ] = None,
    plugin: Annotated[list[Path] | None, typer.Option(help="Plugin files to load.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print problems with their demonstrations; injected steps are coloured."""
    from bi_bench.api import Benchmark, Decline, Strategy, UserError, stream
    from bi_bench.cli.plugin_options import check_split, parameters, tables
    from bi_bench.plugins import discover
    from bi_bench.stages.grading import asked
    from bi_bench.stages.verified import verified

    drawn = check_split(split)
    given = tables(set_, ("benchmark", "strategy"))
    registry = discover(plugin or ())
    found, injected = registry.get(Benchmark, benchmark), registry.get(Strategy, strategy)
    source = found.cls(parameters(found, given["benchmark"], "benchmark"))
    arm = injected.cls(parameters(injected, given["strategy"], "strategy"))
    if missing := sorted(arm.needs - source.provides):
        raise UserError(f"{strategy} needs a {missing[0]}, which {benchmark} does not provide")
    if (finished := arm.examples()) is not None:
        for example in islice(finished, n):
            print(json.dumps(asdict(example)) if as_json else _plain(example))
        return
    for problem in source.problems(drawn, n, stream(seed, "sample", drawn)):
        result = verified(source, arm, problem, seed)
        if isinstance(result, Decline):
            print(
                json.dumps({"id": problem.id, "declined": result.reason})
                if as_json
                else f"{problem.id}: declined: {result.reason}\n"
            )
            continue
        for draft, solution, _ in result:
            prompt = asked(source, problem, draft.premise_order)
            if as_json:
                print(json.dumps(_row(problem, prompt, solution)))
            else:
                _show(problem, prompt, solution)


def _plain(example: Example) -> str:
    return f"{example.id}\n{example.prompt}\n{example.completion}\n"


def _row(problem: Problem, prompt: str, solution: Solution) -> dict[str, Any]:
    return {
        "id": problem.id,
        "question": problem.question,
        "prompt": prompt,
        "answer": problem.answer,
        "solution": solution.text,
        "spans": [asdict(span) for span in solution.spans],
        "graph": None if problem.graph is None else problem.graph.to_json(),
        "metadata": dict(problem.metadata),
    }


def _show(problem: Problem, prompt: str, solution: Solution) -> None:
    from rich.console import Console
    from rich.text import Text

    text = Text(solution.text)
    for span in solution.spans:
        if span.injected:
            text.stylize(COLOURS.get(span.kind, "bold"), span.start, span.end)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(Text(f"{problem.id}  (answer {problem.answer})", style="bold"))
    console.print(prompt)
    console.print(text)
    console.print()
