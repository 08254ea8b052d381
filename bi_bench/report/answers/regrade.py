"""Grades the stored answers of a run again, by the present grader or another; no model runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from bi_bench.api import Grade, Problem, UserError
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import Parent, post, pre
from bi_bench.artifacts.samples import Sample, has_samples, read_samples
from bi_bench.artifacts.stage_record import PluginIdentity
from bi_bench.report.content.row import evaluation
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results, splits_of


class Grader(NamedTuple):
    """A function that grades an answer to a problem, and the identity of the benchmark behind it.

    ``evaluates_itself``: the benchmark asks and grades by itself, so that ``grade`` has no answer.
    """

    grade: Callable[[Problem, str], Grade]
    identity: PluginIdentity
    evaluates_itself: bool


class Verdict(NamedTuple):
    """One answer with its old and its new grade."""

    problem: Problem
    old: Sample
    new: Sample

    @property
    def changed(self) -> bool:
        """True where the answer turned right or wrong, parsed or unparsed, or got another score."""
        old, new = self.old, self.new
        return (old.correct, old.parsed, old.score) != (new.correct, new.parsed, new.score)


class Regraded(NamedTuple):
    """The verdicts and the identity of the grader, by the key of the evaluation.

    ``left_out`` has the evaluations that were not graded again, with the reason.
    """

    verdicts: dict[str, list[Verdict]]
    graders: dict[str, PluginIdentity]
    left_out: dict[str, str]

    @property
    def changed(self) -> list[Verdict]:
        """The verdicts that are not what they were."""
        return [one for verdicts in self.verdicts.values() for one in verdicts if one.changed]


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


def regrade_run(
    results: Results,
    grader_of: Callable[[PluginIdentity], Grader],
    benchmark: str = "",
    progress: Callable[[int, int], None] = lambda number, total: None,
) -> Regraded:
    """Grade every finished evaluation of a run again, or those of one ``benchmark``.

    ``grader_of`` gives the grader for the benchmark that was evaluated. UserError where the answers
    are not stored, and where nothing can be graded.
    """
    found = Regraded({}, {}, {})
    graders: dict[str, Grader] = {}
    keys = _evaluations(results.cells)
    for number, key in enumerate(keys, 1):
        stage = results.stage(key)
        evaluated = stage.plugin("benchmark")
        if benchmark and evaluated.name != benchmark:
            found.left_out[key] = f"of the benchmark {evaluated.name}"
            continue
        folder = results.folder(key)
        if not has_samples(folder):
            raise UserError(f"{folder} holds no answers; name the store in which the run was made")
        text = json.dumps(evaluated.to_json(), sort_keys=True)
        if text not in graders:
            graders[text] = grader_of(evaluated)
        grader = graders[text]
        if grader.evaluates_itself:
            found.left_out[key] = f"{evaluated.name} asks and grades by itself"
            continue
        progress(number, len(keys))
        problems = results.folder(stage.parents[Parent.PROBLEMS])
        found.verdicts[key] = regrade(folder, problems, grader)
        found.graders[key] = grader.identity
    if not found.verdicts:
        reasons = "; ".join(sorted(set(found.left_out.values()))) or "no evaluation is finished"
        raise UserError(f"{results.name}: nothing to grade: {reasons}")
    return found


def regrade(folder: Path, problems: Path, grader: Grader) -> list[Verdict]:
    """The answers of an evaluation, in their order; ``problems`` is the folder of its problems."""
    by_id = {problem.id: problem for problem in read_problems(problems)}
    verdicts = []
    for old in read_samples(folder):
        problem = by_id[old.problem]
        grade = grader.grade(problem, old.completion)
        verdicts.append(Verdict(problem, old, old._replace(**asdict(grade))))
    return verdicts


def _evaluations(cells: Iterable[Cell]) -> list[str]:
    """The keys of all finished evaluations, before and after RFT, each once."""
    found = (
        key
        for cell in cells
        for role, key in cell.keys.items()
        if role.part in ("pre", "post") and cell.done(role)
    )
    return list(dict.fromkeys(found))


def lines(cells: Sequence[Cell], regraded: Mapping[str, Sequence[Verdict]]) -> list[Line]:
    """One line for each arm and split, of the cells whose evaluations were graded again."""
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
                    fmean(fmean(v.old.credit for v in verdicts) for verdicts in chosen),
                    fmean(fmean(v.new.credit for v in verdicts) for verdicts in chosen),
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
