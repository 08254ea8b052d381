"""Answers before and after RFT, problem by problem, chosen by what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bi_bench.api import Benchmark, Problem, UserError, did_you_mean
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import PROBE, post, pre
from bi_bench.artifacts.samples import Sample, has_samples, read_samples
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.report.answers.steps import Marked, marked_steps
from bi_bench.report.compare.arms import RunArm
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import splits_of

When = Literal["pre", "post", "probe"]
# A parser of steps is plugin code: it never sees more of an answer than this.
LONGEST = 20_000


class Wanted(NamedTuple):
    """Which answers to keep; None and empty texts keep all.

    All but ``flipped`` ("fixed" or "broken" by RFT) are about the answer at ``when``.
    """

    when: When = "post"
    right: bool | None = None
    flipped: str = ""
    behaviour: str = ""
    unparsed: bool = False
    truncated: bool = False
    problem: str = ""
    greedy: bool = True


@dataclass(frozen=True)
class Found:
    """One problem with its answers; ``before`` and ``after`` are None where there is no such one."""

    arm: str
    seed: int
    split: str
    problem: Problem
    before: Sample | None
    after: Sample | None
    benchmark: Benchmark

    def steps(self, sample: Sample) -> list[Marked]:
        """The steps that an answer states, each checked; of a very long one those at its beginning."""
        return marked_steps(self.benchmark, self.problem, sample.completion[:LONGEST])


class Counted(NamedTuple):
    """How many answers there are at that time, and those that match."""

    total: int
    found: list[Found]


def browse(
    sides: Sequence[RunArm],
    split: str,
    seed: int | None,
    wanted: Wanted,
    rebuild: Callable[[StageRecord], Benchmark],
) -> Counted:
    """The answers of these arms on a split; ``rebuild`` makes the benchmark behind a stage.

    UserError where a split, a seed or a problem is not known, and where answers are not stored.
    """
    total, found = 0, []
    known_problems: dict[str, None] = {}
    cells = [(side, cell) for side in sides for cell in side.cells if seed in (None, cell.seed)]
    if not cells:
        seeds = sorted({cell.seed for side in sides for cell in side.cells})
        raise UserError(f"no seed {seed} there; seeds: {', '.join(map(str, seeds))}")
    if wanted.when == "probe":
        split = "probe"
    else:
        known = splits_of([cell for _, cell in cells])
        split = split or next(iter(known), "")
        if split not in known:
            hint = did_you_mean(split, known) or f"; splits: {', '.join(known) or 'none'}"
            raise UserError(f'no split "{split}" is evaluated there{hint}')
    finished, gone = False, ""
    for side, cell in cells:
        stages = _stages(cell, split)
        if not stages:
            continue
        finished = True
        folders = [side.results.folder(key) for key in stages.values()]
        if missing := [folder for folder in folders if not has_samples(folder)]:
            gone = gone or str(missing[0])
            continue
        for each in _of_cell(side, cell, split, stages, rebuild):
            sample = each.before if wanted.when == "pre" else each.after
            if sample is None or sample.greedy != wanted.greedy:
                continue
            total += 1
            if wanted.problem:
                known_problems |= dict.fromkeys(_names(each.problem))
            if _matches(each, sample, wanted):
                found.append(each)
    if not total:
        if gone:
            raise UserError(
                f"{gone} holds no answers: published records leave them out; name the store of the run"
            )
        what = "answers of that kind are stored" if finished else f"{split} is finished"
        raise UserError(f"no {what} in these arms")
    if wanted.problem and wanted.problem not in known_problems:
        some = next(iter(known_problems), "")
        hint = did_you_mean(wanted.problem, known_problems) or f"; ids look like {some}"
        raise UserError(f'no problem "{wanted.problem}" is in {split}{hint}')
    return Counted(total, found)


def _stages(cell: Cell, split: str) -> dict[str, str]:
    """The keys of the stages that hold answers, by when; empty unless all are done."""
    if split == "probe":
        return {"after": cell.keys[PROBE]} if cell.done(PROBE) else {}
    roles = {"before": pre(split), "after": post(split)}
    if not cell.done(*roles.values()):
        return {}
    return {when: cell.keys[role] for when, role in roles.items()}


def _of_cell(
    side: RunArm,
    cell: Cell,
    split: str,
    stages: dict[str, str],
    rebuild: Callable[[StageRecord], Benchmark],
) -> Iterator[Found]:
    key = stages["after"]
    stage, results = side.results.stage(key), side.results
    problems = {p.id: p for p in read_problems(results.folder(stage.parents["problems"]))}
    benchmark = rebuild(stage)
    before: dict[tuple[str, float, int], Sample] = {}
    if "before" in stages:
        answers = read_samples(results.folder(stages["before"]))
        before = {(s.problem, s.temperature, s.sample): s for s in answers}
    for after in read_samples(results.folder(key)):
        other = before.get((after.problem, after.temperature, after.sample))
        if (problem := problems.get(after.problem)) is not None:
            yield Found(side.name, cell.seed, split, problem, other, after, benchmark)


def _names(problem: Problem) -> tuple[str, str]:
    """Its id, and the last part of it."""
    return problem.id, problem.id.rpartition("/")[2]


def _matches(found: Found, sample: Sample, wanted: Wanted) -> bool:
    before, after = found.before, found.after
    if wanted.problem and wanted.problem not in _names(found.problem):
        return False
    if wanted.right is not None and sample.correct != wanted.right:
        return False
    if (wanted.unparsed and sample.parsed) or (wanted.truncated and not sample.truncated):
        return False
    if wanted.flipped:
        if before is None or after is None or before.correct == after.correct:
            return False
        if after.correct != (wanted.flipped == "fixed"):
            return False
    if wanted.behaviour:
        return any(step.kind == wanted.behaviour for step in found.steps(sample))
    return True
