"""The parsers and the grader on what models really write."""

from __future__ import annotations

import random
import time
from types import ModuleType

import pytest

from bi_bench.api import Stated, verify
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters, parse_natural
from bi_bench_plugins.benchmarks.shared import parse_embedded
from tests.conftest import present
from tests.plugins.benchmarks.igsm.conftest import Draw
from tests.plugins.conftest import Edit


@pytest.mark.parametrize("keep", [0.2, 0.9, 0.99])
def test_mutilated_solutions_never_raise(igsm: IGSM, draw: Draw, inject: Edit, keep: float) -> None:
    for seed, problem in enumerate(draw(igsm, 20)):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), igsm.plan(problem, rng), rng)
        words = igsm.speak(problem, plan, "w").text.split(" ")
        kept = [word for word in words if rng.random() < keep]
        rng.shuffle(swap := kept[5:15])
        text = " ".join(kept[:5] + swap + kept[15:])
        verify(present(problem.graph), igsm.steps(problem, text))
        igsm.grade(problem, text)


def test_no_gap_in_a_solution_raises(igsm: IGSM, draw: Draw, inject: Edit) -> None:
    for seed, problem in enumerate(draw(igsm, 3)):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), igsm.plan(problem, rng), rng)
        words = igsm.speak(problem, plan, "w").text.split(" ")[:150]
        for start in range(len(words)):
            for end in range(start, start + 9):
                verify(
                    present(problem.graph),
                    igsm.steps(problem, " ".join(words[:start] + words[end:])),
                )


@pytest.mark.parametrize(
    "piece",
    [
        "a 6 ; ",
        "a 6 ",
        "e : ( ( ( ( ",
        "e : a 6 + ",
        "e : a 6 = e 6 ; ",
        "try a need b ",
        "= ",
        "- Let k be the number of each A's B. ",
        "Let k be the number of each A's B ",
        "Then k = (((((",
        "Then k = 1 + 2 = ",
        "each A's B and ",
        "As said, the number of each A's B equals the sum of each C's D and each E's F. ",
        "\\boxed{",
        "<answer>",
        "</think>",
        ".",
        "\n",
        "-",
        "é½\x00 ",
    ],
)
def test_a_hundred_kilobytes_of_rubbish_take_no_time(igsm: IGSM, draw: Draw, piece: str) -> None:
    problem = draw(igsm, 1)[0]
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    verify(present(problem.graph), igsm.steps(problem, text))
    igsm.grade(problem, text)
    assert time.process_time() - start < 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 6 ;", [Stated("read", "a", 0, 5, (6,))]),
        (
            "e : a 6 - g 2 = e 4 ;",
            [Stated("compute", "e", 0, 21, (("-", "a", "g"), ("-", 6, 2), 4))],
        ),
        (
            "h : 3 * ( e -4 + a 6 ) = 3 * 2 = h 6 ;",
            [
                Stated(
                    "compute",
                    "h",
                    0,
                    38,
                    (("*", 3, ("+", "e", "a")), ("*", 3, ("+", -4, 6)), ("*", 3, 2), 6),
                )
            ],
        ),
        ("k : a 6 = k 6 ;", [Stated("compute", "k", 0, 15, ("a", 6, 6))]),
        ("try h need e g ;", [Stated("attempt", "h", 0, 16, (), ("e", "g"))]),
        ("back h ;", [Stated("return", "h", 0, 8)]),
        ("recall a 6 ;", [Stated("restate", "a", 0, 12, (6,))]),
        (
            "recall h : 3 * ( e + a ) ;",
            [Stated("restate", "h", 0, 26, (("*", 3, ("+", "e", "a")),))],
        ),
        (
            "e : a - g = e 4 ;",
            [Stated("compute", "e", 0, 17, (("-", "a", "g"), ("-", "a", "g"), 4))],
        ),
        ("e : a 6 - g 2 = f 4 ;", []),
        ("e : a 6 - g 2 = 4 ;", []),
        ("a six ; a 6 6 ; : ; ;", []),
        ("a 6", []),
        ("</think> a 6 ;", []),
    ],
)
def test_embedded_steps(text: str, expected: list[Stated]) -> None:
    assert parse_embedded.parse_steps(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- Let k be the number of each A's B. It is given that k = 7.",
            [Stated("read", "A's B", 2, 60, (7,))],
        ),
        (
            "- Let c be the number of each A's B. So c = 5.\n"
            "- Let k be the number of each A's C. Then k = 2 * (c - 3) = 2 * (5 - 3) = 2 * 2 = 4.",
            [
                Stated("compute", "A's B", 2, 46, (5,)),
                Stated(
                    "compute",
                    "A's C",
                    49,
                    131,
                    (("*", 2, ("-", "A's B", 3)), ("*", 2, ("-", 5, 3)), ("*", 2, 2), 4),
                ),
            ],
        ),
        (
            "- Let k be the number of each A's B. But each C's D and each E's F are not known yet, "
            "so k stays open.",
            [Stated("attempt", "A's B", 2, 102, (), ("C's D", "E's F"))],
        ),
        ("Back to each A's B, already called k.", [Stated("return", "A's B", 0, 37)]),
        (
            "As said, the number of each A's B equals 2 more than the sum of each C's D times "
            "each E's F and each G's H.",
            [
                Stated(
                    "restate",
                    "A's B",
                    0,
                    107,
                    (("+", 2, ("+", ("*", "C's D", "E's F"), "G's H")),),
                )
            ],
        ),
        ("So k = 5.", []),
        ("Let k be the number of each A's B. So k = five.", []),
        ("</think> It is given that k = 7.", []),
    ],
)
def test_natural_steps(text: str, expected: list[Stated]) -> None:
    assert parse_natural.parse_steps(text) == expected


@pytest.mark.parametrize("tier", [parse_natural, parse_embedded])
@pytest.mark.parametrize(
    ("numbers", "answer"),
    [
        (["7"], 7),
        (["007"], 7),
        (["-3"], -3),
        (["1", "2"], None),
        (["2", "02"], 2),
        (["1", "two"], 1),
        ([""], None),
        (["1 2"], None),
        (["9" * 30], None),
        ([], None),
    ],
)
def test_the_last_answer_counts(tier: ModuleType, numbers: list[str], answer: int | None) -> None:
    form = "<answer> {} </answer>" if tier is parse_embedded else "\\boxed{{{}}}"
    text = "a 5 ; 6 </think> " + " or ".join(form.format(number) for number in numbers)
    assert tier.parse_answer(text) == (answer, numbers == ["1", "2"])


def test_grades(igsm: IGSM, draw: Draw) -> None:
    problem = next(p for p in draw(igsm, 20) if len(present(p.graph).needed) > 2)
    right = igsm.speak(problem, igsm.plan(problem, random.Random(0)), "w").text
    thought, end, answer = right.partition("</think>")
    assert igsm.grade(problem, right) == igsm.grade(problem, "x ; " + right)
    guess = igsm.grade(problem, end + answer)
    assert (guess.correct, guess.parsed, guess.derivation) == (True, True, False)
    assert guess.answer == problem.answer
    assert guess.unrecognised
    hedged = igsm.grade(problem, right + answer.replace(problem.answer, "99999"))
    assert (hedged.correct, hedged.parsed, hedged.contradictory) == (False, False, True)
    wrong = igsm.grade(problem, thought + end + answer.replace(problem.answer, "99999"))
    assert (wrong.correct, wrong.parsed, wrong.derivation) == (False, True, False)
    nothing = igsm.grade(problem, thought)
    assert (nothing.correct, nothing.parsed, nothing.derivation) == (False, False, False)


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [
        (r"\boxed{3}", 3, 3),
        (r"\boxed{3} no, \boxed{-4}", -4, 3),
        (r"\boxed{k} so \boxed{3}", 3, None),
        (r"\boxed{ 3 }", 3, None),
        (r"\boxed{03}", 3, None),
        ("3", None, None),
    ],
)
def test_the_first_box_counts_where_the_suite_says_so(
    text: str, last: int | None, first: int | None
) -> None:
    natural, like_the_released_code = IGSM(), IGSM(IGSMParameters(box="first"))
    assert natural.tier.answer(text).answer == last
    assert like_the_released_code.tier.answer(text).answer == first


def test_grading_goes_by_the_first_box(draw: Draw) -> None:
    params = IGSMParameters(ops=(4, 6), ops_ood=(7, 8), box="first")
    (problem,) = draw(IGSM(params), 1)
    text = rf"\boxed{{{problem.answer}}} or \boxed{{0{problem.answer}}} or \boxed{{12345}}"
    assert IGSM(params).grade(problem, text).correct
    assert not IGSM(params.model_copy(update={"box": "last"})).grade(problem, text).correct
