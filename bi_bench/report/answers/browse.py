"""Finds the answers of a run, before and after RFT, that match a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bi_bench.api import Benchmark, Problem, UserError, did_you_mean
from bi_bench.api.plan import STEP_KINDS
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import PROBE, Parent, post, pre
from bi_bench.artifacts.samples import Sample, has_samples, read_samples
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.report.answers.steps import MarkedStep, marked_steps
from bi_bench.report.compare.arms import RunArm
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import splits_of

# A parser of steps is plugin code: it never sees more of an answer than this.
LONGEST = 20_000


class Filter(NamedTuple):
    """A choice of answers; None and empty texts keep all.

    All but ``flipped`` ("fixed" or "broken" by RFT) are about the answer at ``when``. Probes hold
    sampled rollouts alone.
    """

    when: str = "post"  # or "pre", or "probe"
    right: bool | None = None
    flipped: str = ""
    behaviour: str = ""
    unparsed: bool = False
    truncated: bool = False
    problem: str = ""
    sampled: bool = False

    @property
    def greedy(self) -> bool:
        """True where greedy answers are meant."""
        return not self.sampled and self.when != "probe"

    def check(self) -> None:
        """UserError where a value is not known, or where no answer can match."""
        for option, given, known in (
            ("--when", self.when, ("pre", "post", PROBE)),
            ("--flipped", self.flipped, ("fixed", "broken")),
            ("--behaviour", self.behaviour, STEP_KINDS),
        ):
            if given and given not in known:
                hint = did_you_mean(given, known)
                raise UserError(f'{option}: "{given}" is not one of {", ".join(known)}{hint}')
        if self.flipped and not self.greedy:
            raise UserError("--flipped: greedy answers turn; drop --sampled and --when probe")


@dataclass(frozen=True)
class AnswerPair:
    """One problem with its answers before and after RFT; None where there is none."""

    arm: str
    seed: int
    split: str
    problem: Problem
    before: Sample | None
    after: Sample | None
    benchmark: Benchmark

    def steps(self, sample: Sample) -> list[MarkedStep]:
        """The steps that an answer states, each checked; of a very long one those at its beginning."""
        return marked_steps(self.benchmark, self.problem, sample.completion[:LONGEST])


class Matches(NamedTuple):
    """The number of all answers at that time, and those that match."""

    total: int
    pairs: list[AnswerPair]


def browse(
    arms: Sequence[RunArm],
    split: str,
    seed: int | None,
    chosen: Filter,
    rebuild: Callable[[StageRecord], Benchmark],
) -> Matches:
    """The answers of these arms on a split; ``rebuild`` makes the benchmark behind a stage.

    UserError where a split, a seed or a problem is not known, and where answers are not stored.
    """
    chosen.check()
    cells = [(arm, cell) for arm in arms for cell in arm.cells if seed in (None, cell.seed)]
    if not cells:
        seeds = sorted({cell.seed for arm in arms for cell in arm.cells})
        raise UserError(f"no seed {seed} there; seeds: {', '.join(map(str, seeds))}")
    split = PROBE if chosen.when == PROBE else _known_split(split, [cell for _, cell in cells])
    total, matching = 0, []
    problems: dict[str, None] = {}
    finished, gone = False, ""
    for arm, cell in cells:
        stages = _stages(cell, split)
        if not stages:
            continue
        finished = True
        folders = [arm.results.folder(key) for key in stages.values()]
        if missing := [folder for folder in folders if not has_samples(folder)]:
            gone = gone or str(missing[0])
            continue
        for pair in _of_cell(arm, cell, split, stages, rebuild):
            sample = pair.before if chosen.when == "pre" else pair.after
            if sample is None or sample.greedy != chosen.greedy:
                continue
            total += 1
            if chosen.problem:
                problems |= dict.fromkeys(_names(pair.problem))
            if _matches(pair, sample, chosen):
                matching.append(pair)
    if not total and gone:
        raise UserError(
            f"{gone} holds no answers: published records leave them out; name the store of the run"
        )
    if not total:
        what = "answers of that kind are stored" if finished else f"{split} is finished"
        raise UserError(f"no {what} in these arms")
    if chosen.problem and chosen.problem not in problems:
        some = next(iter(problems), "")
        hint = did_you_mean(chosen.problem, problems) or f"; ids look like {some}"
        raise UserError(f'no problem "{chosen.problem}" is in {split}{hint}')
    return Matches(total, matching)


def _known_split(split: str, cells: Sequence[Cell]) -> str:
    """The split, by default the first that is evaluated; UserError for any other."""
    known = splits_of(cells)
    split = split or next(iter(known), "")
    if split not in known:
        hint = did_you_mean(split, known) or f"; splits: {', '.join(known) or 'none'}"
        raise UserError(f'no split "{split}" is evaluated there{hint}')
    return split


def _stages(cell: Cell, split: str) -> dict[str, str]:
    """The keys of the stages that hold answers, by when; empty unless all are done."""
    if split == PROBE:
        return {"after": cell.keys[PROBE]} if cell.done(PROBE) else {}
    roles = {"before": pre(split), "after": post(split)}
    if not cell.done(*roles.values()):
        return {}
    return {when: cell.keys[role] for when, role in roles.items()}


def _of_cell(
    arm: RunArm,
    cell: Cell,
    split: str,
    stages: dict[str, str],
    rebuild: Callable[[StageRecord], Benchmark],
) -> Iterator[AnswerPair]:
    key = stages["after"]
    stage, results = arm.results.stage(key), arm.results
    problems = {p.id: p for p in read_problems(results.folder(stage.parents[Parent.PROBLEMS]))}
    benchmark = rebuild(stage)
    before: dict[tuple[str, float, int], Sample] = {}
    if "before" in stages:
        answers = read_samples(results.folder(stages["before"]))
        before = {(s.problem, s.temperature, s.sample): s for s in answers}
    for after in read_samples(results.folder(key)):
        other = before.get((after.problem, after.temperature, after.sample))
        if (problem := problems.get(after.problem)) is not None:
            yield AnswerPair(arm.name, cell.seed, split, problem, other, after, benchmark)


def _names(problem: Problem) -> tuple[str, str]:
    """Its id, and the last part of it."""
    return problem.id, problem.id.rpartition("/")[2]


def _matches(pair: AnswerPair, sample: Sample, chosen: Filter) -> bool:
    before, after = pair.before, pair.after
    if chosen.problem and chosen.problem not in _names(pair.problem):
        return False
    if chosen.right is not None and sample.correct != chosen.right:
        return False
    if (chosen.unparsed and sample.parsed) or (chosen.truncated and not sample.truncated):
        return False
    if chosen.flipped:
        if before is None or after is None or before.correct == after.correct:
            return False
        if after.correct != (chosen.flipped == "fixed"):
            return False
    if chosen.behaviour:
        return any(step.kind == chosen.behaviour for step in pair.steps(sample))
    return True
