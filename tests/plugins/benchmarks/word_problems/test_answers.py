from __future__ import annotations

import random
import threading
import time

import pytest

from bi_bench.api import Grade, Problem
from bi_bench_plugins.benchmarks.word_problems import MATH, MATHParameters
from bi_bench_plugins.benchmarks.word_problems.answers import number, same
from bi_bench_plugins.benchmarks.word_problems.extract import final_answer
from tests.plugins.benchmarks.word_problems.conftest import Make, Write


@pytest.fixture
def math(write: Write, sevenths: Make) -> MATH:
    return MATH(MATHParameters(path=str(write(sevenths(3), sevenths(3, 10)))))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"first \boxed{1}, no, \boxed{\frac{1}{2}}.", r"\frac{1}{2}"),
        ("#### 5\nno, \\boxed{6}", "6"),
        ("so:\n#### 1,080 ", "1,080"),
        (r"\boxed{\boxed{4}}", r"\boxed{4}"),
        (r"\boxed{open, and \boxed{4}", "4"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{4} and \boxed{5", "4"),  # cut off: the last complete one
        (r"so \boxed 7.", "7"),
        (r"\fbox{8}", "8"),
        (r"\boxed{}", None),
        ("the answer is 5", None),
        ("", None),
        (r"\boxed{" + "1" * 400 + "}", None),
    ],
)
def test_the_last_complete_answer_counts(text: str, answer: str | None) -> None:
    assert final_answer(text).answer == answer


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("18", "18"),
        ("18.0", "18"),
        ("$1,080", "1080"),
        (r"\$1{,}080.", "1080"),
        ("-5.00", "-5"),
        (r"\frac{1}{2}", "0.5"),
        ("1/2", r"\dfrac12"),
        ("x=5", "5"),
        (r"18\text{ jars}", "18"),
        (r"2\sqrt{2}", r"\sqrt{8}"),
        ("(x+1)^2", "x^2+2x+1"),
        (r"\pi\cdot 3", r"3\pi"),
        (r"\left( 1, 2 \right)", "(1,2)"),
        (r"90^\circ", "90"),
        (r"\sum_{i=1}^{n} i", r"\sum_{i=1}^{n}i"),  # too much to compute, the same as text
    ],
)
def test_equal_answers(answer: str, reference: str) -> None:
    assert same(answer, reference)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("18.001", "18"),
        ("0.3333333", r"\pi"),
        ("81", "18"),
        ("[1,2)", "(1,2)"),
        ("x", "y"),
        ("", "1"),
        ("3.14", r"\pi"),
    ],
)
def test_different_answers(answer: str, reference: str) -> None:
    assert not same(answer, reference)


@pytest.mark.parametrize(
    ("text", "contradictory"),
    [
        (r"\boxed{4} or \boxed{5}", True),
        (r"\boxed{4} \boxed{5} \boxed{4}", True),
        ("#### 4\n#### 5", True),
        (" ".join(rf"\boxed{{{n}}}" for n in range(10_000)), True),
        (r"\boxed{1/2}, that is \boxed{0.5}", False),
        (r"\boxed{4} plums, so \boxed{4\text{ plums}}", False),
        (r"\boxed{x+1} = \boxed{1+x}", False),
        (r"try \boxed{3}, \boxed{5} </think> \boxed{4}", False),
        (r"\boxed{3} </think> \boxed{4} or \boxed{5}", True),
        (r"\boxed{3}. Wait, I was mistaken. \boxed{4}", False),
    ],
)
def test_different_answers_contradict_each_other(text: str, contradictory: bool) -> None:
    found = final_answer(text)
    assert found.contradictory is contradictory
    assert (found.answer is None) is contradictory


def test_a_contradiction_is_wrong_whichever_of_its_answers_is_right(math: MATH) -> None:
    problem = Problem("p", "q", "5")
    for text in (r"\boxed{4} or \boxed{5}", r"\boxed{5} or \boxed{4}"):
        grade = math.grade(problem, text)
        assert grade == Grade(correct=False, parsed=False, contradictory=True)
    assert math.grade(problem, r"\boxed{5} and \boxed{5.0}").correct


HOSTILE = [
    "5^{}",
    "x_{}^{}",
    r"\frac{}{}",
    r"\sqrt{}",
    "9" * 20 + "^{400}",
    "{" * 30 + "x" + "}" * 30,
    "(1," * 60 + ")" * 60,
    "½" * 90,
    "9^{9^{9^{9}}}",
    "9^9^9^9",
    "9**9**9**9",
    "99999!!!",
    "(a+b+c+d+e+f)^{20}",
    r"\sum_{i=1}^{10^{18}} \prod_{j=1}^{i} j",
    r"\int_0^1 \int_0^x e^{\sin(t^{t})} dt dx",
    r"\binom{10000000}{5000000}",
    "1" * 5000,
    "{" * 200,
    r"\frac{" * 40,
    "__import__('os').abort()",
    "\x00\ud800 \u202e",
    r"\sqrt{\sqrt{\sqrt{x+\sqrt{y}}}}",
    r"\sin(\cos(\tan(x+y+z)))^{20}",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_no_answer_raises_or_takes_long(answer: str) -> None:
    started = time.process_time()
    for reference in ("7", "x+y", r"\frac{3}{4}"):
        assert not same(answer, reference)
    assert time.process_time() - started < 20
    final_answer(f"\\boxed{{{answer}}}\n#### {answer}")


def test_extraction_is_quick_whatever_the_text() -> None:
    started = time.process_time()
    for text in (
        "\\boxed{" * 9000,
        "#### " * 9000,
        "####\n" * 9000,
        "\\boxed" * 9000,
        "{" * 100_000,
        "{" * 50_000 + "}" * 50_000,
        "\\boxed{5} " * 10_000,
        "<answer>5</answer>" * 6000,
    ):
        final_answer(text)
    assert time.process_time() - started < 5


def test_random_formulas_never_raise() -> None:
    pieces = [*"{}^_12xy+-/,()$%=<.&", r"\frac", r"\sqrt", r"\text{", r"\pi", r"\cup", "\\\\"]
    rng = random.Random(0)
    for _ in range(150):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 8)))
        assert same(text, r"\frac{1}{2}") in (True, False)


def test_grading_works_outside_the_main_thread() -> None:
    verdicts: list[bool] = []
    thread = threading.Thread(target=lambda: verdicts.append(same("0.25", r"\frac{1}{4}")))
    thread.start()
    thread.join()
    assert verdicts == [True]


def test_numbers_are_read_exactly() -> None:
    assert number("0.1") == number("0.10") != number("0.1000001")
    assert number("1,08") is number("one") is number("1/2") is None
