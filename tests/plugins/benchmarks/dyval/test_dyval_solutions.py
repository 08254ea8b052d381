"""Spoken solutions read back to the plan they came from; the verifier and the grader on them."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from bi_bench.api import Plan, Stated, Step, subgoal_count, verify
from bi_bench_plugins.benchmarks.dyval import DyValArithmetic, DyValParameters, parse_natural
from bi_bench_plugins.benchmarks.dyval.english import phrase, read_phrase
from bi_bench_plugins.models.tiny.vocabulary import embedded_words
from tests.conftest import present
from tests.plugins.benchmarks.dyval.conftest import Draw
from tests.plugins.conftest import Edit


def outline(plan: Plan) -> list[tuple[str, str]]:
    return [(step.kind, step.quantity) for step in plan.steps if step.kind != "subgoal"]


@pytest.mark.parametrize("order", ["topological", "depth-first"])
def test_every_plan_reads_back_and_verifies(
    dyval: DyValArithmetic, draw: Draw, inject: Edit, order: str
) -> None:
    dyval = DyValArithmetic(dyval.params.model_copy(update={"order": order}))
    kinds = set()
    for seed, problem in enumerate(draw(dyval, 60)):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), dyval.plan(problem, rng), rng)
        kinds |= {step.kind for step in plan.steps}
        text = dyval.speak(problem, plan, f"wording {seed}").text
        steps = dyval.steps(problem, text)
        assert [(step.kind, step.quantity) for step in steps] == outline(plan), text
        assert [v.problem for v in verify(present(problem.graph), steps) if not v.right] == [], text
        grade = dyval.grade(problem, text)
        assert grade.correct
        assert grade.derivation
    # Trees of two operands leave nothing between the numbers and the value.
    small = {"subgoal"} if not dyval.params.extra_links else set()
    assert kinds == {"read", "compute", "attempt", "return", "restate", "subgoal"} - small


def test_without_the_injected_steps_the_words_are_the_plain_ones(
    dyval: DyValArithmetic, draw: Draw, inject: Edit
) -> None:
    for problem in draw(dyval, 20):
        plan = dyval.plan(problem, random.Random(1))
        edited = inject(present(problem.graph), plan, random.Random(2))
        plain = dyval.speak(problem, plan, "w")
        assert dyval.speak(problem, edited.plain(), "w") == plain


def test_a_planted_error_is_found_and_never_ends_the_arithmetic(
    dyval: DyValArithmetic, draw: Draw
) -> None:
    for seed, problem in enumerate(draw(dyval, 100)):
        rng = random.Random(seed)
        steps = list(dyval.plan(problem, rng).steps)
        place = rng.randrange(len(steps))
        steps[place] = replace(steps[place], offset=rng.choice([-1, 1]))
        text = dyval.speak(problem, Plan(tuple(steps)), "w").text
        assert "nan" not in text  # perhaps it divides by the planted value
        verdicts = verify(present(problem.graph), dyval.steps(problem, text))
        (first, *_) = [v.step.quantity for v in verdicts if not v.right]
        assert first == steps[place].quantity


def test_embedded_words_are_single_tokens_beside_their_values(draw: Draw, inject: Edit) -> None:
    dyval = DyValArithmetic(DyValParameters(tier="embedded"))
    for problem in draw(dyval, 50):
        plan = inject(
            present(problem.graph), dyval.plan(problem, random.Random(0)), random.Random(1)
        )
        text = f"{dyval.ask(problem)} {dyval.speak(problem, plan, 'w').text}"
        assert set(text.split(" ")) <= set(embedded_words())
        assert present(problem.graph).modulus == 7


@pytest.mark.parametrize("params", [{}, {"children": 3, "extra_links": 3, "depth_ood": (4, 4)}])
def test_the_longest_embedded_solutions_fit(draw: Draw, params: dict[str, object]) -> None:
    dyval = DyValArithmetic(
        DyValParameters.model_validate({"tier": "embedded", "operators": ("+", "-"), **params})
    )
    for problem in draw(dyval, 50, "test-ood"):
        plan = dyval.plan(problem, random.Random(0))
        computed = [step.quantity for step in plan.steps if step.kind == "compute"]
        steps = [Step("attempt", name, True) for name in computed]
        for step in plan.steps:
            steps += [Step("return", step.quantity, True)] * (step.quantity in computed)
            steps += [Step("restate", step.quantity, True), step]
            if step.quantity in computed:
                count = subgoal_count(present(problem.graph), step.quantity)
                steps += [Step("subgoal", step.quantity, True)] * count
        words = dyval.speak(problem, Plan(tuple(steps)), "w").text.split()
        assert len(words) < dyval.max_new_tokens < len(words) + 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We read off bcd = 7.", [Stated("read", "bcd", 0, 20, (7,))]),
        ("- It is given that bcd = 7.", [Stated("read", "bcd", 2, 27, (7,))]),
        (
            "Then bcd = fgh / jkl = 7 / 2 = 3.5.",
            [Stated("compute", "bcd", 0, 35, (("/", "fgh", "jkl"), ("/", 7, 2), 3.5))],
        ),
        (
            "Now bcd = sqrt(fgh) = sqrt(0.25) = 0.5.\nBack to fgh.",
            [
                Stated("compute", "bcd", 0, 39, (("sqrt", "fgh"), ("sqrt", 0.25), 0.5)),
                Stated("return", "fgh", 40, 52),
            ],
        ),
        (
            "For bcd we lack fgh and jkl, so it has to wait.",
            [Stated("attempt", "bcd", 0, 47, (), ("fgh", "jkl"))],
        ),
        (
            "As said, bcd is the square of fgh.",
            [Stated("restate", "bcd", 0, 34, (("*", "fgh", "fgh"),))],
        ),
        ("Then bcd = fgh / jkl = 7 / 2 = three.", []),
        ("Then bcd = fgh ^ 2 = 4.", []),
        ("We read off bcd = 7. 5", [Stated("read", "bcd", 0, 20, (7,))]),
        ("</think> We read off bcd = 7.", []),
    ],
)
def test_natural_steps(text: str, expected: list[Stated]) -> None:
    assert parse_natural.parse_steps(text) == expected


def test_phrases_read_back(draw: Draw) -> None:
    for params in ({}, {"extra_links": 3, "children": 3, "depth_ood": (4, 4)}):
        for problem in draw(DyValArithmetic(DyValParameters.model_validate(params)), 60):
            for quantity in present(problem.graph).quantities:
                assert read_phrase(phrase(quantity.equation)) == quantity.equation
    assert read_phrase("the sum of all and") is None


@pytest.mark.parametrize(
    "piece",
    [
        "We read off bcd = 7. ",
        "Then bcd = (((((",
        "Then bcd = 1 / 0 = ",
        "Then bcd = sqrt(sqrt(",
        "For bcd we lack fgh and ",
        "As said, bcd is the sum of fgh, jkl, ",
        "\\boxed{1.",
        "1.1",
        ".",
        "\n",
        "- ",
    ],
)
def test_a_hundred_kilobytes_of_rubbish_take_no_time(draw: Draw, piece: str) -> None:
    dyval = DyValArithmetic()
    problem = draw(dyval, 1)[0]
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    verify(present(problem.graph), dyval.steps(problem, text))
    dyval.grade(problem, text)
    assert time.process_time() - start < 0.9


@pytest.mark.parametrize("keep", [0.2, 0.9, 0.99])
def test_mutilated_solutions_never_raise(
    dyval: DyValArithmetic, draw: Draw, inject: Edit, keep: float
) -> None:
    for seed, problem in enumerate(draw(dyval, 20)):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), dyval.plan(problem, rng), rng)
        words = dyval.speak(problem, plan, "w").text.split(" ")
        text = " ".join(word for word in words if rng.random() < keep)
        verify(present(problem.graph), dyval.steps(problem, text))
        dyval.grade(problem, text)


def test_real_answers_have_a_relative_tolerance_and_integers_none(draw: Draw) -> None:
    real = next(p for p in draw(DyValArithmetic(), 50) if "." in p.answer)
    value = float(real.answer)
    for factor, right in [(1, True), (1 + 0.9e-4, True), (1 - 0.9e-4, True), (1 + 1.1e-4, False)]:
        text = f"</think>\n\\boxed{{{value * factor:.12f}}}"
        assert DyValArithmetic().grade(real, text).correct == right
    integers = DyValArithmetic(DyValParameters(operators=("*", "square")))
    large = next(p for p in draw(integers, 500) if int(p.answer) > 20_000)
    assert integers.grade(large, f"\\boxed{{{large.answer}}}").correct
    assert not integers.grade(large, f"\\boxed{{{int(large.answer) + 1}}}").correct
    assert not integers.grade(large, "no box").parsed


def test_a_derivation_may_round_as_the_grader_allows(draw: Draw) -> None:
    dyval = DyValArithmetic()
    problem = next(p for p in draw(dyval, 50) if "." in p.answer and float(p.answer) > 1)
    text = dyval.speak(problem, dyval.plan(problem, random.Random(0)), "w").text
    rounded = text.replace(problem.answer, f"{float(problem.answer):.5f}")
    assert rounded != text
    assert dyval.grade(problem, rounded).derivation
    assert not all(v.right for v in verify(present(problem.graph), dyval.steps(problem, rounded)))
