"""Stored answers graded anew: what another grader makes of the same texts, without any model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from bi_bench.api import Grade, Problem
from bi_bench.api.digest import digest_json
from bi_bench.artifacts.artifact import Json, JsonObject
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import PROBE, post, pre
from bi_bench.artifacts.run_record import CellRecord, RunRecord
from bi_bench.artifacts.samples import Sample, read_samples, write_samples
from bi_bench.report.content.row import evaluation
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results, splits_of
from bi_bench.report.data.votes import Votes

Grader = Callable[[Problem, str], Grade]


class Verdict(NamedTuple):
    """One answer with the grade that it had and the one that it has now."""

    problem: Problem
    old: Sample
    new: Sample

    @property
    def changed(self) -> bool:
        """Whether it turned right or wrong, or is parsed and was not, or the other way round."""
        return (self.old.correct, self.old.parsed) != (self.new.correct, self.new.parsed)


@dataclass(frozen=True)
class Line:
    """An arm on a split as means over seeds; ``scores`` are (old, new) by "pre", "post@k" and so on."""

    evaluation: str
    arm: str
    seeds: tuple[int, ...]
    answers: int
    to_right: int
    to_wrong: int
    parsing: int
    scores: Mapping[str, tuple[float, float]]


def regrade(folder: Path, problems: Path, grade: Grader) -> list[Verdict]:
    """The answers of an evaluation, in their order; ``problems`` is the folder that it asked from."""
    by_id = {problem.id: problem for problem in read_problems(problems)}
    verdicts = []
    for old in read_samples(folder):
        problem = by_id[old.problem]
        found = grade(problem, old.completion)
        new = old._replace(
            correct=found.correct,
            parsed=found.parsed,
            answer=found.answer,
            derivation=found.derivation,
            contradictory=found.contradictory,
            unrecognised=found.unrecognised,
        )
        verdicts.append(Verdict(problem, old, new))
    return verdicts


def evaluations(cells: Iterable[Cell]) -> list[str]:
    """The keys of all finished evaluations, before and after RFT, each once."""
    found = (
        key
        for cell in cells
        for role, key in cell.keys.items()
        if role.part in ("pre", "post") and cell.done(role)
    )
    return list(dict.fromkeys(found))


def lines(cells: Sequence[Cell], regraded: Mapping[str, Sequence[Verdict]]) -> list[Line]:
    """One line an arm and split, of the cells whose evaluations were graded anew."""
    found = []
    for split in splits_of(cells):
        arms: dict[Arm, list[Cell]] = {}
        for cell in cells:
            keys = [cell.keys.get(role) for role in (pre(split), post(split))]
            if all(key in regraded for key in keys):
                arms.setdefault(cell.arm, []).append(cell)
        for arm, of_arm in arms.items():
            place = evaluation(arm.benchmark, split)
            found.append(_line(place, split, arm.label, of_arm, regraded))
    return found


def _line(
    place: str,
    split: str,
    label: str,
    cells: Sequence[Cell],
    regraded: Mapping[str, Sequence[Verdict]],
) -> Line:
    scores: dict[str, tuple[float, float]] = {}
    every: list[Verdict] = []
    for role in (pre(split), post(split)):
        of_seeds = [regraded[cell.keys[role]] for cell in cells]
        every += [verdict for verdicts in of_seeds for verdict in verdicts]
        for greedy, name in ((True, role.part), (False, f"{role.part}@k")):
            chosen = [[v for v in verdicts if v.old.greedy is greedy] for verdicts in of_seeds]
            if all(chosen):
                scores[name] = (
                    fmean(fmean(v.old.correct for v in verdicts) for verdicts in chosen),
                    fmean(fmean(v.new.correct for v in verdicts) for verdicts in chosen),
                )
    return Line(
        place,
        label,
        tuple(cell.seed for cell in cells),
        len(every),
        sum(v.new.correct and not v.old.correct for v in every),
        sum(v.old.correct and not v.new.correct for v in every),
        sum(v.old.parsed != v.new.parsed for v in every),
        scores,
    )


def new_outcomes(
    old: Outcomes, verdicts: Sequence[Verdict], benchmark: Mapping[str, Json]
) -> Outcomes:
    """Outcomes with the new grades, and the grader in their identity."""
    new = [verdict.new for verdict in verdicts]
    greedy = [sample for sample in new if sample.greedy]
    sampled = tuple(int(sample.correct) for sample in new if not sample.greedy)
    group = len(sampled) // len(greedy)
    kept = {name: getattr(old, name) for name in old.model_fields_set - set(Votes._fields)}
    kept |= {
        "identity": old.identity.model_copy(update={"benchmark": dict(benchmark)}),
        "greedy": tuple(sample.correct for sample in greedy),
        "sampled": tuple(sampled[at : at + group] for at in range(0, len(sampled), group or 1)),
        "derivation": tuple(sample.derivation for sample in greedy),
        "unrecognised": tuple(sample.unrecognised for sample in greedy),
        "unparsed": sum(not sample.parsed for sample in new) / len(new),
        "contradictory": sum(sample.contradictory for sample in new) / len(new),
    }
    return Outcomes(**kept)


def new_record(record: RunRecord, keys: Mapping[str, str], command: str) -> RunRecord:
    """The run record with other evaluations: ``keys`` maps old ones to new ones.

    Probes and analyses are left out, since they hold the old grades; an evaluation that was not
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
        elif role != PROBE and role.part != "analyse":
            stages[role] = key
    return stages


def save(
    results: Results,
    verdicts: Mapping[str, Sequence[Verdict]],
    graders: Mapping[str, JsonObject],
    name: str,
    command: str,
) -> None:
    """New evaluations in the store, and a run that names them in the place of the old ones.

    ``verdicts`` and ``graders``, the identity of who graded, by the key of the old evaluation.
    """
    store, keys = results.store, {}
    for key, of_stage in verdicts.items():
        old = results.stage(key)
        grader: JsonObject = {"benchmark": dict(graders[key]), "regraded": key}
        identity = {**old.identity, **grader}
        keys[key] = digest_json(identity)
        if store.has(keys[key]):
            continue
        with store.begin(keys[key]) as work:
            write_samples(work.folder, [verdict.new for verdict in of_stage])
            outcomes = results.artifact(Outcomes, key)
            new_outcomes(outcomes, of_stage, graders[key]).write(work.folder)
            work.commit(old.model_copy(update={"identity": identity}), results.costs(key))
    store.write_run(name, new_record(results.record, keys, command))
