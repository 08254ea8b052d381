"""A run with answers that mean harm, made of real stages, and its site."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bi_bench.api import Problem
from bi_bench.artifacts.problems import write_problems
from bi_bench.artifacts.samples import Sample, write_samples
from bi_bench.report.data.results import Results
from bi_bench.report.site.write import write_site
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from tests.factories import results
from tests.report.conftest import Suite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</td></table></script><script>window.hacked = 2</script><!--",
    "\x1b]0;title\x07\x1b[31mred\x1b[0m\x00",
    "{{ 7 * 7 }}{% raw %} ${7*7}",
    "javascript:window.hacked=3",
    '<img src=x onerror="window.hacked=4"><a href="javascript:window.hacked=5">x</a>',
    "safe\u202egnp.exe\u2066\u2028next",
    "مرحبا ∑ 数学 \U0001f600 &lt;b&gt; &amp;",
]
LONG = 10_000_000
Answer = tuple[str, bool]  # a completion, and whether it is right


class Run(NamedTuple):
    """A run, and the problems that its cells answer."""

    results: Results
    problems: list[Problem]


@pytest.fixture(scope="session")
def igsm() -> IGSM:
    return IGSM(IGSMParameters(tier="embedded", ops=(3, 4)))


def sample(problem: Problem, completion: str, correct: bool, number: int = 0) -> Sample:
    return Sample(
        problem=problem.id,
        sample=number,
        temperature=1.0 if number else 0.0,
        completion=completion,
        tokens=len(completion) // 3,
        truncated=False,
        correct=correct,
        parsed=True,
        answer=problem.answer if correct else "0",
        derivation=correct,
    )


def fill(
    suite: Suite,
    cell: dict[str, Any],
    problems: list[Problem],
    before: list[Answer],
    after: list[Answer],
) -> None:
    """Store the problems and both evaluations of a cell; pairs of a greedy answer and its worth."""
    keys = cell["stages"]
    keys["problems/test-id"] = "problems_test-id"
    made = []
    for answers in (before, after):
        right = "".join(str(int(correct)) for _, correct in answers)
        outcomes = suite.outcomes(right, seed=cell["axes"]["seed"])
        outcomes["problems"] = [problem.id for problem in problems]
        outcomes["ops"] = [problem.metadata["ops"] for problem in problems]
        made.append(outcomes)
    suite.run(cell, *made)
    if not suite.store.has("problems_test-id"):
        suite.commit("problems_test-id", {"summary.json": {"n": len(problems), "digest": "d"}})
        write_problems(suite.store.folder("problems_test-id"), problems)
    for when, answers in (("pre", before), ("post", after)):
        rows = [
            sample(problem, text[:1000] if number else text, correct, number)
            for number in range(3)
            for problem, (text, correct) in zip(problems, answers, strict=True)
        ]
        write_samples(suite.store.folder(keys[f"{when}/test-id"]), rows)


@pytest.fixture(scope="module")
def run(igsm: IGSM, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two arms, one of them named to harm, three seeds; a cell that was skipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda descriptor: None)
        suite = Suite(tmp_path_factory.mktemp("store"))
        problems = list(igsm.problems("test-id", len(HOSTILE) + 2, random.Random(1)))
        spoken = [igsm.speak(p, igsm.plan(p, random.Random(2)), "w").text for p in problems]
        for strategy in ("vanilla", "<b>bold</b>\u202e"):
            for seed in range(3):
                cell = suite.cell(strategy, seed)
                before = [(spoken[0].replace("=", "= 6 =", 1), False), (spoken[1], True)]
                before += [(text, n % 2 == 0) for n, text in enumerate(HOSTILE)]
                if strategy != "vanilla":
                    before[0] = (spoken[0], True)
                after = [(spoken[0], True), ("x" * (100 if seed else LONG), False)]
                after += [(text, n % 3 == 0) for n, text in enumerate(HOSTILE)]
                fill(suite, cell, problems, before, after)
        suite.cell("gone", 0, skip="it <i>declined</i>")
        record = suite.record
        record["suite"]["description"] = "</title><script>window.hacked = 9</script>"
        return Run(results(record, suite.store), problems)


@pytest.fixture(scope="module")
def site(run: Run, igsm: IGSM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(run.results, tmp_path_factory.mktemp("site"), lambda stage: igsm)


@pytest.fixture
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The site in a fresh window; what it says to the console or asks of a network is an error."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(site.as_uri())
    yield tab
    assert tab.evaluate("window.hacked") is None
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
