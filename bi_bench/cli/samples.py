"""``bi-bench samples``: single answers of a run, before and after RFT."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, PluginOption, StoreOption


def samples(
    run: Annotated[str, typer.Argument(help="Name of the run, or the beginning of one.")] = "",
    arm: Annotated[str, typer.Option(help='Labels of the arm, e.g. "bridge · grpo".')] = "",
    split: Annotated[str, typer.Option(help="Split; by default the first.")] = "",
    seed: Annotated[int | None, typer.Option(help="Only this seed.")] = None,
    when: Annotated[
        str, typer.Option(help="Answers to filter by: pre, post, or probe (rollouts).")
    ] = "post",
    right: Annotated[
        bool | None, typer.Option("--right/--wrong", help="Only right, or only wrong answers.")
    ] = None,
    flipped: Annotated[
        str, typer.Option(help="fixed or broken: greedy answers that RFT made right or wrong.")
    ] = "",
    behaviour: Annotated[
        str,
        typer.Option(help="Only answers with a step of this kind: attempt, return, restate, ..."),
    ] = "",
    unparsed: Annotated[
        bool, typer.Option("--unparsed", help="Only texts in which no answer was found.")
    ] = False,
    truncated: Annotated[bool, typer.Option("--truncated", help="Only truncated answers.")] = False,
    problem: Annotated[str, typer.Option(help="Id of a problem, or its last part.")] = "",
    sampled: Annotated[
        bool, typer.Option("--sampled", help="Sampled answers instead of greedy ones.")
    ] = False,
    n: Annotated[int, typer.Option("-n", min=0, help="Answers to show.")] = 3,
    plugin: PluginOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Show answers of a run with their steps checked: what RFT fixed, what it broke."""
    from bi_bench.plugins import discover
    from bi_bench.report.answers.browse import Filter, browse
    from bi_bench.report.answers.show import as_row, show
    from bi_bench.report.compare.arms import matching, run_arms
    from bi_bench.report.data.open import open_answers
    from bi_bench.stages.benchmarks import rebuild_benchmark

    chosen = Filter(when, right, flipped, behaviour, unparsed, truncated, problem, sampled)
    arms = run_arms(open_answers(run, store))
    if arm:
        arms = matching(arms, arm)
    rebuild = partial(rebuild_benchmark, discover(plugin or ()))
    total, pairs = browse(arms, split, seed, chosen, rebuild)
    if as_json:
        print(json.dumps({"matching": len(pairs), "answers": total}))
        for pair in pairs[:n]:
            print(json.dumps(as_row(pair)))
        return
    print(f"{len(pairs)} of {total} answers match")
    show(pairs[:n])
