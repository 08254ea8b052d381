"""The folders of a finished cell, written without a model: every second answer is right."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bi_bench.api import Analysis, AnalysisContext, Benchmark, Problem, Solution, Split
from bi_bench.artifacts.demonstrations import AugmentSummary, Demonstration, write_demonstrations
from bi_bench.artifacts.outcomes import DecodingSettings, EvaluationIdentity, Outcomes
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.problems import ProblemsSummary, read_problems, write_problems
from bi_bench.artifacts.role import AUGMENT, PROBE, PROBE_RFT, post, pre, problems
from bi_bench.artifacts.samples import PROBED, Sample, write_samples
from bi_bench.artifacts.tables import read_rows
from bi_bench.stages.draw import draw
from bi_bench.stages.grading import graded

PROBLEMS, GROUP = 8, 4


def canned_cell(folder: Path, benchmark: Benchmark) -> dict[str, Path]:
    """The folder of each role but "base", "sft" and "rft", which are checkpoints, for one cell."""
    made: dict[str, Path] = {}

    def new(role: str) -> Path:
        made[role] = folder / role
        made[role].mkdir(parents=True)
        return made[role]

    splits: tuple[Split, ...] = ("sft", "rl", "probe", "test-id", "test-ood")
    drawn = {split: draw(benchmark, split, PROBLEMS, random.Random(split)) for split in splits}
    for split, found in drawn.items():
        place = new(problems(split))
        write_problems(place, found)
        ProblemsSummary(n=PROBLEMS, digest=split).write(place)
    _augment(new(AUGMENT), benchmark, drawn["sft"])
    for role in (PROBE, PROBE_RFT):
        _probe(new(role), benchmark, drawn["probe"])
    for split in splits[3:]:
        for role in (pre(split), post(split)):
            _evaluate(new(role), benchmark, drawn[split])
    return made


def canned_context(
    analysis: Analysis, folders: Mapping[str, Path], benchmark: Benchmark
) -> AnalysisContext:
    """What an analysis gets to read in a canned cell: the folders that it needs."""
    needs = set(analysis.needs)
    mine = {role: f for role, f in folders.items() if {role, role.partition("/")[0]} & needs}
    return AnalysisContext(
        mine,
        benchmark,
        problems=lambda split: read_problems(mine[problems(split)]),
        rows=lambda role, name: read_rows(mine[role] / name),
        seed=1,
    )


def _augment(folder: Path, benchmark: Benchmark, drawn: Sequence[Problem]) -> None:
    rows = []
    for problem in drawn:
        plan = benchmark.plan(problem, random.Random(0))
        plain = (
            Solution(problem.solution or "") if plan is None else benchmark.speak(problem, plan, "")
        )
        prompt = benchmark.ask(problem)
        rows.append(Demonstration(f"{problem.id}#0", problem.id, prompt, plain.text, plain.spans))
    write_demonstrations(folder, rows)
    AugmentSummary(problems=len(drawn), examples=len(rows)).write(folder)


def _probe(folder: Path, benchmark: Benchmark, drawn: Sequence[Problem]) -> None:
    rows = [
        _answer(benchmark, problem, number, 1.0, number % 2 == 0)
        for problem in drawn
        for number in range(GROUP)
    ]
    write_samples(folder, rows, PROBED)
    half = GROUP // 2
    ProbeSummary(
        samples=GROUP,
        problems=len(drawn),
        right=(half,) * len(drawn),
        accuracy=0.5,
        informative=1.0,
        spread=0.5,
        histogram=tuple(len(drawn) * (number == half) for number in range(GROUP + 1)),
    ).write(folder)


def _evaluate(folder: Path, benchmark: Benchmark, drawn: Sequence[Problem]) -> None:
    greedy = [_answer(benchmark, p, 0, 0.0, index % 2 == 0) for index, p in enumerate(drawn)]
    sampled = [
        [_answer(benchmark, problem, number, 1.0, number % 2 == 0) for number in range(GROUP)]
        for problem in drawn
    ]
    write_samples(folder, [*greedy, *(answer for row in sampled for answer in row)])
    settings = DecodingSettings(batch_size=8, max_new_tokens=64, samples=GROUP, temperature=1.0)
    identity = EvaluationIdentity(
        benchmark={"name": benchmark.name}, problems="canned", seed=0, settings=settings
    )
    Outcomes(
        identity=identity,
        problems=tuple(problem.id for problem in drawn),
        clusters=tuple(problem.cluster for problem in drawn),
        answers=tuple(problem.answer for problem in drawn),
        ops=tuple(problem.metadata.get("ops") for problem in drawn),
        greedy=tuple(answer.correct for answer in greedy),
        sampled=tuple(tuple(int(answer.correct) for answer in row) for row in sampled),
        derivation=tuple(answer.derivation for answer in greedy),
        unrecognised=tuple(answer.unrecognised for answer in greedy),
        unparsed=0.0,
        contradictory=0.0,
        truncated=0.0,
        tokens=10.0,
    ).write(folder)


def _answer(
    benchmark: Benchmark, problem: Problem, number: int, temperature: float, right: bool
) -> Sample:
    plan = benchmark.plan(problem, random.Random(0))
    own = problem.solution if plan is None else benchmark.speak(problem, plan, "").text
    text = own if right and own else "I do not know"
    grade = graded(benchmark, problem, text)
    return Sample(problem.id, number, temperature, text, len(text.split()), False, **asdict(grade))
