"""``bi-bench regrade``: the stored answers of a run under the present grader, or another."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption

if TYPE_CHECKING:
    from bi_bench.api import Benchmark
    from bi_bench.artifacts.artifact import JsonObject
    from bi_bench.artifacts.samples import Sample
    from bi_bench.artifacts.stage_record import PluginIdentity
    from bi_bench.report.answers.regrade import Line, Verdict

_SHOWN = 200  # characters of an answer's end


class Grader(NamedTuple):
    """A benchmark that grades, and its identity as evaluations have it."""

    benchmark: Benchmark
    identity: JsonObject


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
    plugin: Annotated[list[Path] | None, typer.Option(help="Plugin files to load.")] = None,
    n: Annotated[int, typer.Option("-n", min=0, help="Changed grades to show.")] = 5,
    save: Annotated[str, typer.Option(help="Name of a new run with the new grades.")] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Grade the stored answers of a run again, with another grader; runs no model."""
    from bi_bench.api import UserError
    from bi_bench.artifacts.samples import has_samples
    from bi_bench.cli.plugin_options import tables
    from bi_bench.report.answers.regrade import evaluations, lines
    from bi_bench.report.answers.regrade import regrade as grade_anew
    from bi_bench.report.answers.regrade import save as save_run
    from bi_bench.report.data.open import open_answers
    from bi_bench.stages.grading import graded

    results = open_answers(run, store)
    if save and results.store.run_folder(save).exists():
        raise UserError(f'--save: a run "{save}" exists already; choose another name')
    changes = tables(set_, ["benchmark"])["benchmark"]
    verdicts: dict[str, list[Verdict]] = {}
    identities: dict[str, JsonObject] = {}
    left_out: dict[str, str] = {}
    graders: dict[str, Grader] = {}
    keys = evaluations(results.cells)
    for number, key in enumerate(keys, 1):
        stage = results.stage(key)
        asked = stage.plugin("benchmark")
        if benchmark and asked.name != benchmark:
            left_out[key] = f"of the benchmark {asked.name}"
            continue
        folder = results.folder(key)
        if not has_samples(folder):
            raise UserError(f"{folder} holds no answers; name the store in which the run was made")
        text = json.dumps(asked.to_json(), sort_keys=True)
        if text not in graders:
            graders[text] = _grader(asked, grader, changes, plugin or ())
        found = graders[text].benchmark
        if found.evaluates_itself:  # its grade of a text alone is nothing
            left_out[key] = f"{asked.name} asks and grades by itself"
            continue
        if sys.stderr.isatty():
            print(f"\rgrading {number} of {len(keys)} evaluations", end="", file=sys.stderr)
        problems = results.folder(stage.parents["problems"])
        verdicts[key] = grade_anew(folder, problems, partial(graded, found))
        identities[key] = graders[text].identity
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if not verdicts:
        reasons = "; ".join(sorted(set(left_out.values()))) or "no evaluation is finished"
        raise UserError(f"{results.name}: nothing to grade: {reasons}")
    found_lines = lines(results.cells, verdicts)
    changed = [v for of_stage in verdicts.values() for v in of_stage if v.changed]
    if save:
        save_run(results, verdicts, identities, save, shlex.join(["bi-bench", *sys.argv[1:]]))
    if as_json:
        print(json.dumps(_json(found_lines, changed[:n], left_out, save), indent=1))
        return
    _print(found_lines, changed, n, left_out)
    if save:
        where = [] if store == DEFAULT_STORE else ["--store", str(store)]
        command = shlex.join(["bi-bench", "report", save, *where])
        print(f'saved as the run "{save}": `{command}`')


def _grader(
    asked: PluginIdentity, name: str, changes: Mapping[str, Any], files: Sequence[Path]
) -> Grader:
    """Another benchmark takes over the parameters that it knows."""
    from bi_bench.api import Benchmark
    from bi_bench.cli.plugin_options import parameters
    from bi_bench.plugins import discover

    registered = discover(files).get(Benchmark, name or asked.name)
    known = registered.cls.Params.model_fields
    kept = {key: value for key, value in asked.params.items() if key in known}
    checked = parameters(registered, {**kept, **changes}, "benchmark")
    params = checked.model_dump(mode="json")
    return Grader(registered.cls(checked), {**registered.identity(), "params": params})


def _json(
    found: Sequence[Line], examples: Sequence[Verdict], left_out: Mapping[str, str], save: str
) -> dict[str, Any]:
    return {
        "rows": [asdict(line) for line in found],
        "examples": [
            {"problem": v.problem.id, "old": v.old._asdict(), "new": v.new._asdict()}
            for v in examples
        ],
        "left_out": dict(left_out),
        "saved": save,
    }


def _print(
    found: Sequence[Line], changed: Sequence[Verdict], n: int, left_out: Mapping[str, str]
) -> None:
    from tabulate import tabulate

    from bi_bench.report.text import percent, plain

    rows = []
    for line in found:
        scores = [
            f"{name} {percent(old)}" + (f" → {percent(new)}" if old != new else "")
            for name, (old, new) in line.scores.items()
        ]
        turned = [line.to_right, line.to_wrong, line.parsing]
        rows.append([plain(line.evaluation), plain(line.arm), ", ".join(scores), *turned])
    headings = ["evaluation", "arm", "scores in %, old → new", "now right", "now wrong", "parsing"]
    print(tabulate(rows, headings, tablefmt="simple"))
    answers = sum(line.answers for line in found)
    print(f"\n{len(changed)} of {answers} verdicts changed")
    for verdict in changed[:n]:
        old, new = (_said(sample) for sample in (verdict.old, verdict.new))
        print(
            f"\n{plain(verdict.problem.id)} (answer {plain(verdict.problem.answer)[:80]}): {old} → {new}"
        )
        text = plain(verdict.old.completion[-_SHOWN:])
        print(f"  {'… ' if len(verdict.old.completion) > _SHOWN else ''}{text}")
    for reason in sorted(set(left_out.values())):
        number = sum(why == reason for why in left_out.values())
        print(f"left out: {number} evaluations, {reason}")


def _said(sample: Sample) -> str:
    from bi_bench.report.text import plain

    if not sample.parsed:
        return "no answer found"
    answer = plain(str(sample.answer))[:60]
    return f'"{answer}", {"right" if sample.correct else "wrong"}'
