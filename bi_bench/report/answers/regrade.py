"""Stored answers graded anew: what another grader makes of the same texts, without any model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from bi_bench.api import Grade, Problem
from bi_bench.report.answers.samples import Sample, read_samples
from bi_bench.report.build.pairs import read_result
from bi_bench.report.build.row import evaluation
from bi_bench.report.build.rows import splits_of
from bi_bench.report.data.cells import Cell
from bi_bench.store.tables import read_problems

Grader = Callable[[Problem, str], Grade]
# What outcomes.json takes from grades; the rest stays as it is, and what is computed from the answers
# where it is missing is left out.
_FROM_GRADES = ("greedy", "sampled", "derivation", "unrecognised", "unparsed", "contradictory")
_FROM_ANSWERS = ("parsed", "majority")


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


def regrade(folder: Any, problems: Any, grade: Grader) -> list[Verdict]:
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
    return list(
        dict.fromkeys(
            key
            for cell in cells
            for role, key in cell.keys.items()
            if role.startswith(("pre/", "post/")) and cell.done(role)
        )
    )


def lines(cells: Sequence[Cell], regraded: Mapping[str, Sequence[Verdict]]) -> list[Line]:
    """One line an arm and split, of the cells whose evaluations were graded anew."""
    found = []
    for split in splits_of(cells):
        arms: dict[Any, list[Cell]] = {}
        for cell in cells:
            keys = [cell.keys.get(f"{when}/{split}") for when in ("pre", "post")]
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
    for when in ("pre", "post"):
        of_seeds = [regraded[cell.keys[f"{when}/{split}"]] for cell in cells]
        every += [verdict for verdicts in of_seeds for verdict in verdicts]
        for greedy, name in ((True, when), (False, f"{when}@k")):
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
    folder: Any, verdicts: Sequence[Verdict], benchmark: Mapping[str, Any]
) -> dict[str, Any]:
    """``outcomes.json`` with the new grades, and the grader in its identity."""
    outcomes = read_result(folder / "outcomes.json")
    new = [verdict.new for verdict in verdicts]
    greedy = [sample for sample in new if sample.greedy]
    sampled = [int(sample.correct) for sample in new if not sample.greedy]
    group = len(sampled) // len(greedy)
    made = {
        "greedy": [sample.correct for sample in greedy],
        "sampled": [sampled[at : at + group] for at in range(0, len(sampled), group or 1)],
        "derivation": [sample.derivation for sample in greedy],
        "unrecognised": [sample.unrecognised for sample in greedy],
        "unparsed": sum(not sample.parsed for sample in new) / len(new),
        "contradictory": sum(sample.contradictory for sample in new) / len(new),
    }
    assert set(made) == set(_FROM_GRADES)
    kept = {name: value for name, value in outcomes.items() if name not in _FROM_ANSWERS}
    identity = {**outcomes["identity"], "benchmark": dict(benchmark)}
    return {**kept, **made, "identity": identity}


def new_record(record: Mapping[str, Any], keys: Mapping[str, str], command: str) -> dict[str, Any]:
    """The run record with other evaluations: ``keys`` maps old ones to new ones.

    Probes and analyses are left out, since they hold the old grades; an evaluation that was not
    graded anew is left out too.
    """
    fresh = copy.deepcopy(dict(record))
    for cell in fresh["cells"]:
        stages = {}
        for role, key in cell["stages"].items():
            if role.startswith(("pre/", "post/")):
                if key in keys:
                    stages[role] = keys[key]
            elif role != "probe" and not role.startswith("analyse/"):
                stages[role] = key
        cell["stages"] = stages
        cell.pop("without", None)
    fresh["stages"] = sorted({key for cell in fresh["cells"] for key in cell["stages"].values()})
    fresh["command"] = command
    described = fresh["suite"].get("description", "")
    fresh["suite"]["description"] = f"{described} Answers graded anew.".strip()
    return fresh
