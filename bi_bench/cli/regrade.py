"""``bi-bench regrade``: the stored answers of a run under the present grader, or another."""

from __future__ import annotations

import json
import shlex
import sys
from functools import partial
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, PluginOption, StoreOption


def regrade(
    run: Annotated[str, typer.Argument(help="Name of the run, or the beginning of one.")] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="benchmark.KEY=VALUE of the grader."),
    ] = None,
    grader: Annotated[
        str, typer.Option(help="Benchmark that grades; by default the evaluated one.")
    ] = "",
    benchmark: Annotated[str, typer.Option(help="Only evaluations of this benchmark.")] = "",
    plugin: PluginOption = None,
    n: Annotated[int, typer.Option("-n", min=0, help="Changed grades to show.")] = 5,
    save: Annotated[str, typer.Option(help="Name of a new run with the new grades.")] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Grade the stored answers of a run again, with another grader; runs no model."""
    from bi_bench.api import Benchmark, UserError
    from bi_bench.artifacts.stage_record import PluginIdentity
    from bi_bench.plugins import discover
    from bi_bench.report.answers.regrade import Grader, lines, regrade_run
    from bi_bench.report.answers.save_regraded import save as save_run
    from bi_bench.report.answers.show_regraded import to_json, to_text
    from bi_bench.report.data.open import open_answers
    from bi_bench.stages.grading import graded
    from bi_bench.suite.single import single_entry, tables

    results = open_answers(run, store)
    if save and results.store.run_folder(save).exists():
        raise UserError(f'--save: a run "{save}" exists already; choose another name')
    table = tables(set_, ["benchmark"])["benchmark"]
    registry = discover(plugin or ())

    def grader_of(evaluated: PluginIdentity) -> Grader:
        registered = registry.get(Benchmark, grader or evaluated.name)
        entry = single_entry(registered, table, "benchmark", evaluated.params)
        grade = partial(graded, entry.plugin)
        return Grader(
            grade, PluginIdentity.model_validate(entry.identity()), entry.plugin.evaluates_itself
        )

    regraded = regrade_run(results, grader_of, benchmark, _progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    scores = lines(results.cells, regraded.verdicts)
    if save:
        save_run(results, regraded, save, shlex.join(["bi-bench", *sys.argv[1:]]))
    if as_json:
        print(json.dumps(to_json(scores, regraded, n, save), indent=1))
        return
    print(to_text(scores, regraded, n))
    if save:
        where = [] if store == DEFAULT_STORE else ["--store", str(store)]
        command = shlex.join(["bi-bench", "report", save, *where])
        print(f'saved as the run "{save}": `{command}`')


def _progress(number: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\rgrading {number} of {total} evaluations", end="", file=sys.stderr)
