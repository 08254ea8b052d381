"""``bi-bench samples``: single answers of a run, before and after RFT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption

if TYPE_CHECKING:
    from bi_bench.api import Benchmark
    from bi_bench.artifacts.stage_record import StageRecord

_WHEN = ("pre", "post", "probe")
_FLIPPED = ("fixed", "broken")


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
    plugin: Annotated[list[Path] | None, typer.Option(help="Plugin files to load.")] = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Show answers of a run with their steps checked: what RFT fixed, what it broke."""
    from bi_bench.api import Benchmark, UserError, did_you_mean
    from bi_bench.api.plan import STEP_KINDS
    from bi_bench.plugins import discover
    from bi_bench.report.answers.browse import Wanted, browse
    from bi_bench.report.compare.arms import matching, run_arms
    from bi_bench.report.data.open import open_answers

    for option, given, known in (
        ("--when", when, _WHEN),
        ("--flipped", flipped, _FLIPPED),
        ("--behaviour", behaviour, STEP_KINDS),
    ):
        if given and given not in known:
            hint = did_you_mean(given, known)
            raise UserError(f'{option}: "{given}" is not one of {", ".join(known)}{hint}')
    if flipped and (sampled or when == "probe"):
        raise UserError("--flipped is for greedy answers; drop --sampled and --when probe")
    sides = run_arms(open_answers(run, store))
    if arm:
        sides = matching(sides, arm)

    registry = discover(plugin or ())

    def rebuild(stage: StageRecord) -> Benchmark:
        return registry.build(Benchmark, stage.plugin("benchmark").to_json(), if_changed=None)

    # Probes hold sampled rollouts and nothing else.
    greedy = not sampled and when != "probe"
    wanted = Wanted(when, right, flipped, behaviour, unparsed, truncated, problem, greedy)  # type: ignore[arg-type]
    total, found = browse(sides, split, seed, wanted, rebuild)
    if as_json:
        from bi_bench.report.answers.show import as_row

        print(json.dumps({"matching": len(found), "answers": total}))
        for each in found[:n]:
            print(json.dumps(as_row(each)))
        return
    from bi_bench.report.answers.show import show

    print(f"{len(found)} of {total} answers match")
    show(found[:n])
