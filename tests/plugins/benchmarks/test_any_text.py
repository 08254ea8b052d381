"""Generated texts through every grader: each gets a verdict, and none takes longer than two seconds."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bi_bench.api import Benchmark, Grade, Problem
from bi_bench_plugins.benchmarks.dyval import DyValArithmetic, DyValParameters
from bi_bench_plugins.benchmarks.gym import ReasoningGym
from bi_bench_plugins.benchmarks.gym.parameters import GymParameters
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.benchmarks.lm_eval.judge import _answered
from bi_bench_plugins.benchmarks.paths import Paths, PathsParameters
from bi_bench_plugins.benchmarks.word_problems import GSM8K, MATH, GSM8KParameters, MATHParameters

LONGEST = 2.0  # seconds
REFERENCES = [
    *("24", "1080.50", r"\frac{3}{4}", r"2\sqrt{3}", r"90^\circ", r"\$1,080", r"50\%", "101_2"),
    *("(1,2)", r"\left[-1,\infty\right)", "x^2+2x+1", r"\text{Nora}", "-2, 2", r"3\pm\sqrt{2}"),
    *(r"\sin x\cos y+z", "y=2x+1", r"\begin{pmatrix}1\\2\end{pmatrix}", r"24\text{ plums}", "(A)"),
]
FRAGMENTS = [
    *(
        r"\boxed{",
        r"\boxed",
        r"\fbox{",
        "}",
        "{",
        "####",
        "\n#### ",
        "<answer>",
        "</answer>",
        "</think>",
    ),
    *(
        "$",
        "$$",
        "%",
        r"\%",
        "^",
        "_",
        "^{}",
        "_{",
        "\\",
        r"\\",
        r"\(",
        r"\]",
        "&",
        "=",
        "<",
        "|",
        "~",
    ),
    *(
        r"\frac{",
        r"\frac12",
        r"\sqrt",
        r"\sqrt[3]{x}",
        r"\binom{9}{4}",
        r"\text{",
        r"\left(",
        r"\pm",
    ),
    *(
        r"\sum_{i=1}^{n}",
        r"\int_0^1",
        r"\log_",
        r"\sin",
        r"\pi",
        r"\cup",
        r"\begin{cases}",
        r"\infty",
    ),
    *(
        "9^{9^{9^9}}",
        "9^9^9",
        "9**9**9",
        "99999!!",
        "10^{400}",
        "1e999",
        "0^{-1}",
        "1/0",
        "x^{20}y^{20}",
    ),
    *(
        "(a+b+c)^{12}",
        "1,080",
        "1 080",
        ".5",
        "5.",
        "-",
        "--5",
        "24",
        "007",
        "9" * 40,
        "1" * 5000,
        "3 4",
    ),
    *(
        " or ",
        " and ",
        ", ",
        " wait, no: ",
        " cm",
        " plums",
        "°",
        "½",
        "√",
        "–",
        "π",
        "²³",
        "₂",
        "€",
        "５",
    ),
    *(
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u200b",
        "\u2028",
        "\r\n",
        "\t",
        "🙂",
        "e\u0301",
        "٣",
        "　",
    ),
    *(
        "{" * 300,
        "(" * 300,
        r"\frac{" * 60,
        "^{" * 100,
        r"\boxed{" * 50,
        "<answer>" * 50,
        "(1," * 90,
    ),
    *("a = b ; ", "a : b 3 + c 4 = a 7 ;", "Then a = 3 + 4 = 7.", "So b = ((((((1))))))."),
]


def made(right: str, rng: random.Random) -> str:
    """What models write and worse: a right answer mutated, hedged and nested, fragments, noise."""
    makers = [_mutated, _mutated, _hedged, _nested, _fragments, _fragments, _formula, _noise]
    text = rng.choice(makers)(right, rng)
    return text * rng.randint(2, 200) if rng.random() < 0.01 else text


def _mutated(right: str, rng: random.Random) -> str:
    """A right text with a few characters removed, doubled, replaced or swapped for a fragment."""
    for _ in range(rng.randint(0, 6)):
        at = rng.randrange(len(right) + 1)
        to = min(len(right), at + rng.choice([0, 1, 1, 2, 10]))
        right = right[:at] + rng.choice(["", right[at:to] * 2, rng.choice(FRAGMENTS)]) + right[to:]
    return right


def _hedged(right: str, rng: random.Random) -> str:
    answers = [rng.choice(REFERENCES) for _ in range(rng.randint(1, 5))]
    form = rng.choice(
        [r"\boxed{{{}}}", "<answer> {} </answer>", "\n#### {}\n", r"<answer>\boxed{{{}}}</answer>"]
    )
    return right + rng.choice([" or ", " ", "\n", ". No, "]).join(map(form.format, answers))


def _nested(right: str, rng: random.Random) -> str:
    opening, closing = rng.choice(
        [("{", "}"), (r"\boxed{", "}"), ("(", ")"), (r"\text{", "}"), ("^{", "}"), ("$", "$")]
    )
    depth = rng.choice([1, 3, 30, 1000])
    return rf"\boxed{{{opening * depth}{rng.choice(REFERENCES)}{closing * rng.choice([depth, depth - 1])}}}"


def _fragments(right: str, rng: random.Random) -> str:
    pieces = [rng.choice([*FRAGMENTS, *REFERENCES]) for _ in range(rng.randint(1, 12))]
    joined = rng.choice(["", " ", "\n"]).join(pieces)
    return rng.choice(
        ["{}", r"so \boxed{{{}}}", "#### {}", "</think> <answer> {} </answer>"]
    ).format(joined)


def _formula(right: str, rng: random.Random) -> str:
    """Short formulas that pass the bounds, which is what sympy gets to see."""
    pieces = [
        "x",
        "y",
        "2",
        "3",
        "+",
        "-",
        r"\cdot ",
        "(",
        ")",
        "^2",
        "^{10}",
        "/",
        r"\sqrt{x}",
        r"\sin x",
    ]
    pieces += [
        r"\frac{1}{x}",
        r"\tan y",
        "=",
        r"\le ",
        r"\log_2 x",
        r"\pi ",
        ",",
        r"\infty",
        "e^{x}",
        "i",
    ]
    return rf"\boxed{{{''.join(rng.choices(pieces, k=rng.randint(2, 14)))}}}"


def _noise(right: str, rng: random.Random) -> str:
    raw = rng.randbytes(rng.randint(0, 400))
    return raw.decode(rng.choice(["latin-1", "utf-8", "utf-16"]), rng.choice(["replace", "ignore"]))


def _rows(folder: Path, rows: list[dict[str, str]]) -> str:
    folder.mkdir()
    for part in ("train", "test"):
        (folder / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder)


Grader = tuple[str, list[str], Callable[[int, str], Grade]]


def _of(name: str, benchmark: Benchmark, problems: list[Problem]) -> Grader:
    rng = random.Random(0)
    rights = []
    for problem in problems:
        plan = benchmark.plan(problem, rng)
        said = problem.solution if plan is None else benchmark.speak(problem, plan, "w").text
        assert said is not None
        assert benchmark.grade(problem, said).correct
        rights.append(said)
    return name, rights, lambda at, text: benchmark.grade(problems[at % len(problems)], text)


def _judge() -> Grader:
    """lm-eval's filter finds the answer, the grade is read from what it logs."""
    from lm_eval.filters.extraction import RegexFilter

    found = RegexFilter(r"#### (\-?[0-9\.\,]+)")
    task = SimpleNamespace(
        OUTPUT_TYPE="generate_until", config=SimpleNamespace(generation_kwargs={"max_gen_toks": 9})
    )
    model = SimpleNamespace(tok_encode=lambda text, **_: text.split(), max_gen_toks=9)

    def grade(at: int, text: str) -> Grade:
        (answer,) = next(iter(found.apply([[text]], [{}])))
        row = {"exact_match": float(answer == "24"), "resps": [[text]], "filtered_resps": [answer]}
        return _answered(task, model, {**row, "metrics": ["exact_match"]}, "exact_match").grade

    return "judge", ["so it is\n#### 24"], grade


@pytest.fixture(scope="module")
def graders(tmp_path_factory: pytest.TempPathFactory) -> list[Grader]:
    folder = tmp_path_factory.mktemp("rows")
    told = [
        {"question": f"{n} and 4?", "answer": f"{n}+4=<<{n}+4={n + 4}>>{n + 4}\n#### {n + 4}"}
        for n in range(40)
    ]
    solved = [
        {
            "problem": f"{n}?",
            "solution": rf"It is $\boxed{{{each}}}$.",
            "level": "Level 1",
            "type": "Algebra",
        }
        for n, each in enumerate(REFERENCES)
    ]
    benchmarks: list[tuple[str, Benchmark]] = [
        ("igsm natural", IGSM(IGSMParameters(tier="natural", ops=(2, 6), ops_ood=(7, 8)))),
        ("igsm embedded", IGSM(IGSMParameters(tier="embedded", ops=(2, 6), ops_ood=(7, 8)))),
        ("dyval natural", DyValArithmetic(DyValParameters())),
        ("dyval embedded", DyValArithmetic(DyValParameters(tier="embedded"))),
        ("paths natural", Paths(PathsParameters())),
        ("paths embedded", Paths(PathsParameters(tier="embedded"))),
        ("gsm8k", GSM8K(GSM8KParameters(path=_rows(folder / "told", told)))),
        ("math", MATH(MATHParameters(path=_rows(folder / "solved", solved)))),
    ]
    if importlib.util.find_spec("reasoning_gym"):
        benchmarks += [
            (f"gym {name}", ReasoningGym(GymParameters.model_validate({"dataset": name})))
            for name in ("chain_sum", "mini_sudoku")
        ]
    return [
        *(
            _of(name, each, list(each.problems("test-id", 40, random.Random(0))))
            for name, each in benchmarks
        ),
        _judge(),
    ]


@pytest.mark.parametrize(
    "count",
    [
        2000,
        pytest.param(
            100_000,
            marks=[
                pytest.mark.timeout(7200),
                pytest.mark.skipif(
                    "BI_BENCH_ALL_TEXTS" not in os.environ,
                    reason="takes minutes; BI_BENCH_ALL_TEXTS=1 runs it",
                ),
            ],
        ),
    ],
)
def test_every_grader_gives_a_verdict_on_any_text(graders: list[Grader], count: int) -> None:
    rng = random.Random(count)
    slow: list[tuple[float, str, str]] = []
    told = dict.fromkeys(("right", "wrong", "unparsed", "contradictory"), 0)
    longest: dict[str, float] = {}
    for _, _, grade in graders:  # the first answer starts a process
        grade(0, r"\boxed{x+y} <answer> 5 </answer>")
    for index in range(count):
        rights = rng.choice(graders)[1]
        text = made(rights[index % len(rights)], rng)
        for name, _, grade in graders:
            found, taken = timed(grade, index, text)
            if taken > LONGEST:  # again: perhaps the machine did something else
                found, taken = timed(grade, index, text)
                slow += [(taken, name, text[:300])] * (taken > LONGEST)
            longest[name] = max(longest.get(name, 0.0), taken)
            kind = "right" if found.correct else "wrong" if found.parsed else "unparsed"
            told["contradictory" if found.contradictory else kind] += 1
    print(told, {name: round(seconds, 3) for name, seconds in longest.items()})
    assert not slow
    assert min(told.values()) > count / 10


def timed(grade: Callable[[int, str], Grade], at: int, text: str) -> tuple[Grade, float]:
    started = time.monotonic()
    found = grade(at, text)
    assert isinstance(found, Grade)
    return found, time.monotonic() - started
