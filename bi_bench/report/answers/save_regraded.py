"""Saves the answers of a run that were graded again as a new run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bi_bench.api.digest import digest_json
from bi_bench.artifacts.artifact import Json
from bi_bench.artifacts.outcomes import Outcomes, of_grades
from bi_bench.artifacts.role import PROBE
from bi_bench.artifacts.run_record import CellRecord, RunRecord
from bi_bench.artifacts.samples import write_samples
from bi_bench.report.answers.regrade import Regraded, Verdict
from bi_bench.report.data.results import Results
from bi_bench.report.data.votes import Votes


def new_outcomes(
    old: Outcomes, verdicts: Sequence[Verdict], benchmark: Mapping[str, Json]
) -> Outcomes:
    """Outcomes with the new grades, and the grader in their identity."""
    gone = {*Votes._fields, "scores", "sampled_scores", "semantic"}
    kept = {name: getattr(old, name) for name in old.model_fields_set - gone}
    identity = old.identity.model_copy(update={"benchmark": dict(benchmark)})
    new = [verdict.new for verdict in verdicts]
    greedy, sampled = ([each for each in new if each.greedy is when] for when in (True, False))
    return Outcomes(**kept | {"identity": identity} | of_grades(greedy, sampled))


def new_record(record: RunRecord, keys: Mapping[str, str], command: str) -> RunRecord:
    """The run record with other evaluations: ``keys`` maps old ones to new ones.

    Probes, analyses and decoders are left out, since they hold the old grades; an evaluation that was not
    graded anew is left out too.
    """
    cells = tuple(
        CellRecord(axes=cell.axes, stages=_new_stages(cell, keys), skip=cell.skip)
        for cell in record.cells
    )
    described = f"{record.suite.description} Answers graded anew.".strip()
    suite = record.suite.model_copy(update={"description": described})
    fresh = record.model_copy(update={"suite": suite, "cells": cells, "command": command})
    return fresh.model_copy(update={"stages": tuple(fresh.stage_keys())})


def _new_stages(cell: CellRecord, keys: Mapping[str, str]) -> dict[str, str]:
    stages: dict[str, str] = {}
    for role, key in cell.by_role():
        if role.part in ("pre", "post"):
            if key in keys:
                stages[role] = keys[key]
        elif role != PROBE and role.part not in ("analyse", "decoded"):
            stages[role] = key
    return stages


def save(results: Results, regraded: Regraded, name: str, command: str) -> None:
    """Write new evaluations into the store, and a run that names them in the place of the old ones.

    ``command`` is what a reader types to repeat it.
    """
    store, keys = results.store, {}
    for key, verdicts in regraded.verdicts.items():
        old, benchmark = results.stage(key), regraded.graders[key].to_json()
        identity = {**old.identity, "benchmark": benchmark, "regraded": key}
        keys[key] = digest_json(identity)
        if store.has(keys[key]):
            continue
        with store.begin(keys[key]) as work:
            write_samples(work.folder, [verdict.new for verdict in verdicts])
            outcomes = results.artifact(Outcomes, key)
            new_outcomes(outcomes, verdicts, benchmark).write(work.folder)
            work.commit(old.model_copy(update={"identity": identity}), results.costs(key))
    store.write_run(name, new_record(results.record, keys, command))
