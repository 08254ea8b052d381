"""Faulty strategies and benchmarks: each is named with the problem, and none of the other's faults."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from bi_bench.api import (
    Decline,
    Draft,
    DraftContext,
    Grade,
    Plan,
    Problem,
    Solution,
    Split,
    Stated,
    Step,
    Strategy,
    UserError,
    Weight,
)
from bi_bench.stages import demonstrate, grading
from bi_bench.stages.draw import draw
from bi_bench.stages.verified import verified
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters
from bi_bench_plugins.strategies.sabotage import Sabotage
from bi_bench_plugins.strategies.vanilla import Vanilla

PARAMS = IGSMParameters.model_validate({"tier": "embedded", "ops": (3, 6)})
PROBLEMS = list(IGSM(PARAMS).problems("sft", 8, random.Random(1)))


def arm(drafts: Any, faithful: bool = True) -> Strategy:
    class Arm(Strategy):
        """A strategy of one function."""

        name = "arm"
        needs: ClassVar[frozenset[str]] = frozenset()

        def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Any:
            return drafts(problem, plan)

    Arm.faithful = faithful
    return Arm()


def all_of(benchmark: Any, strategy: Strategy) -> list[Any]:
    return [verified(benchmark, strategy, problem, 1) for problem in PROBLEMS]


def planned(edit: Any) -> Any:
    return lambda problem, plan: [Draft(plan=Plan(tuple(edit(plan.steps))))]


@pytest.mark.parametrize(
    ("drafts", "message"),
    [
        (
            lambda problem, plan: dict[str, int]()["seven"],
            r"KeyError: 'seven' \(test_verified.py:\d+\)",
        ),
        (lambda problem, plan: None, r"drafts returned None, not .* \(test_verified.py:\d+\)"),
        (lambda problem, plan: "hello", "drafts returned 'hello'"),
        (lambda problem, plan: [plan], r"drafts returned Plan\(.*, which is not a Draft"),
        (lambda problem, plan: [Draft(text=7)], "text of a Draft must be a string"),  # type: ignore[arg-type]
        (lambda problem, plan: itertools.repeat(Draft(plan=plan)), "more than 1000 drafts"),
        (lambda problem, plan: [Draft(text="x" * 1_000_001)], "more than 1000000 characters"),
        (planned(lambda steps: steps[:-1]), 'no step of the plan reads or computes the target "'),
        (planned(lambda steps: [Step("restate", "nosuch"), *steps]), 'unknown quantity "nosuch"'),
        (planned(lambda steps: [Step("wait", "a"), *steps]), "unknown kind of step 'wait'"),  # type: ignore[arg-type]
        (
            planned(lambda steps: [*steps[:-1], Step("restate", steps[-1].quantity), steps[-1]]),
            r'step \d+ \(restate ".*"\) is not in the plain plan, .* injected=True',
        ),
        (planned(lambda steps: [steps[0], *steps]), "is not in the plain plan, or is there twice"),
        (
            lambda problem, plan: [Draft(text="ab", weights=(Weight(0, 4, 2.0),))],
            "ends behind the completion, which has 2 characters and its end",
        ),
        (
            lambda problem, plan: [Draft(plan=plan, prompt="x" * 1_000_001)],
            "more than 1000000 characters",
        ),
    ],
)
def test_a_faulty_strategy_is_named_with_the_problem(drafts: Any, message: str) -> None:
    with pytest.raises(UserError, match=rf'^strategy "arm", problem {PROBLEMS[0].id}: .*{message}'):
        verified(IGSM(PARAMS), arm(drafts), PROBLEMS[0], 1)


def test_drafts_that_never_come_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(problem: Any, plan: Any) -> Any:
        while True:
            pass
        yield

    monkeypatch.setattr(demonstrate, "SECONDS", 0.2)
    with pytest.raises(UserError, match=r'strategy "arm", problem .*: not done after 0.2 seconds'):
        verified(IGSM(PARAMS), arm(never), PROBLEMS[0], 1)


def text(answer: Any) -> str:
    return f"</think> <answer> {answer} </answer>"


def test_a_text_with_a_wrong_answer_is_a_fault_of_a_faithful_strategy() -> None:
    wrong = lambda problem, plan: [Draft(text=text(int(problem.answer) + 1))]  # noqa: E731
    with pytest.raises(
        UserError, match=r'"arm" wrote a wrong answer for problem .* faithful = False'
    ):
        all_of(IGSM(PARAMS), arm(wrong))
    with pytest.raises(UserError, match="no answer is not graded as right"):
        all_of(IGSM(PARAMS), arm(lambda problem, plan: [Draft(text="nothing")]))
    made = all_of(IGSM(PARAMS), arm(wrong, faithful=False))
    assert [len(one.faults) for ((one),) in made] == [1] * len(PROBLEMS)
    right = all_of(IGSM(PARAMS), arm(lambda problem, plan: [Draft(text=text(problem.answer))]))
    assert not any(one.faults for ((one),) in right)


def test_a_wrong_step_is_a_fault_of_the_strategy() -> None:
    early = planned(lambda steps: [Step("return", steps[-1].quantity, True), *steps])
    with pytest.raises(UserError, match=r'"arm" wrote a wrong step .*: returns to what was never'):
        all_of(IGSM(PARAMS), arm(early))
    assert any(one.faults for ((one),) in all_of(IGSM(PARAMS), Sabotage()))


def said(text: str) -> Strategy:
    """A strategy that says a line before every step."""
    return arm(
        planned(
            lambda steps: [
                each
                for step in steps
                for each in (Step("say", step.quantity, True, text=text), step)
            ]
        )
    )


def only(benchmark: IGSM, strategy: Strategy, problem: Problem) -> Solution:
    made = verified(benchmark, strategy, problem, 1)
    assert not isinstance(made, Decline)
    ((_, solution, _),) = made
    return solution


@pytest.mark.parametrize(
    ("tier", "text", "line"),
    [
        ("natural", "Let me check that again.", "Let me check that again."),
        ("embedded", "wait wait", "wait wait ;"),
    ],
)
def test_what_a_strategy_says_has_a_line_of_its_own(tier: str, text: str, line: str) -> None:
    benchmark = IGSM(IGSMParameters.model_validate({"tier": tier, "ops": (3, 6)}))
    (problem,) = benchmark.problems("sft", 1, random.Random(1))
    solution, plain = only(benchmark, said(text), problem), only(benchmark, Vanilla(), problem)
    spans = [span for span in solution.spans if span.kind == "say"]
    assert {solution.text[span.start : span.end].strip() for span in spans} == {line}
    assert all(span.injected for span in spans)
    without = [
        each for each in solution.text.splitlines() if line not in each or tier == "embedded"
    ]
    assert "\n".join(without).replace(f"{line} ", "") == plain.text


def test_words_that_are_read_as_a_step_are_a_fault_of_the_strategy() -> None:
    plain = only(IGSM(PARAMS), Vanilla(), PROBLEMS[0])
    step = plain.text[plain.spans[0].start : plain.spans[0].end].strip(" ;")
    message = (
        '"arm" wrote a wrong step .*: the text of a step "say" must state nothing, but is read'
    )
    with pytest.raises(UserError, match=message):
        only(IGSM(PARAMS), said(step), PROBLEMS[0])
    with pytest.raises(UserError, match=r'^benchmark "strict", problem'):
        only(Strict(PARAMS), said("well"), PROBLEMS[0])


class Deaf(IGSM):
    """Does not read restatements back."""

    name = "deaf"

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        return [step for step in super().steps(problem, text) if step.kind != "restate"]


class Blind(IGSM):
    """Reads a wrong number back."""

    name = "blind"

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        *steps, last = super().steps(problem, text)
        return [*steps, type(last)(last.kind, last.quantity, 0, 9, (*last.chain[:-1], 99))]


class Strict(IGSM):
    """Grades nothing as right."""

    name = "strict"

    def grade(self, problem: Problem, completion: str) -> Grade:
        return Grade(False, True, "99")


class Mute(IGSM):
    """Has words for nothing."""

    name = "mute"

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        raise KeyError("words")


@pytest.mark.parametrize(
    ("benchmark", "message"),
    [
        (Deaf, r'step \d+ of a solution is restate ".*", and read back from its words it is '),
        (Blind, "the words of a right step, .* are read back as a wrong one: .*: "),
        (Strict, 'a solution in its own words, .* is not graded as right: the answer "99"'),
        (Mute, r"KeyError: 'words' \(test_verified.py:\d+\)"),
    ],
)
def test_a_fault_of_the_benchmark_is_not_the_strategys(benchmark: Any, message: str) -> None:
    strategy = Bridge(BridgeParameters(reflection=0.9, analysis=4))
    with pytest.raises(UserError, match=f'^benchmark "{benchmark.name}", .*problem .*: {message}'):
        all_of(benchmark(PARAMS), strategy)


class Hangs(IGSM):
    """Its grader waits for a text that never comes."""

    name = "hangs"

    def grade(self, problem: Problem, completion: str) -> Grade:
        while True:
            pass


def test_a_grader_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "SECONDS", 0.2)
    with pytest.raises(
        UserError, match=r"hangs cannot grade .* problem .*: not done after 0.2 sec"
    ):
        grading.graded(Hangs(PARAMS), PROBLEMS[0], "x")
    monkeypatch.setattr("bi_bench.stages.draw.SECONDS", 0.2)
    with pytest.raises(UserError, match=r"benchmark hangs: .* problem .*: not done after 0.2 sec"):
        draw(Hangs(PARAMS), "sft", 4, random.Random(0))


def test_problems_that_break_off_name_the_one_before() -> None:
    class Breaks(IGSM):
        """Ends in an error."""

        name = "breaks"

        def problems(self, split: Split, n: int, rng: random.Random) -> Iterator[Problem]:
            yield PROBLEMS[0]
            raise KeyError("seven")

    with pytest.raises(UserError, match=rf'breaks: split "sft", after {PROBLEMS[0].id}: KeyError'):
        draw(Breaks(PARAMS), "sft", 4, random.Random(0))


@pytest.mark.parametrize("fields", [(0.83, True), (float("nan"), True), (True, True, 7)])
def test_a_grade_that_is_no_verdict_names_benchmark_and_problem(fields: Any) -> None:
    class Partial(IGSM):
        """Gives partial credit."""

        name = "partial"

        def grade(self, problem: Problem, completion: str) -> Grade:
            return Grade(*fields)

    message = (
        rf"benchmark partial cannot grade .* problem {PROBLEMS[0].id}: TypeError: .* of a Grade"
    )
    with pytest.raises(UserError, match=message):
        grading.graded(Partial(PARAMS), PROBLEMS[0], "x")
