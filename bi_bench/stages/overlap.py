"""The stage "overlap": the share of the test questions that is in the training data of an arm.

Runs of 13 words, as in Brown et al. (arXiv 2005.14165, appendix C); a question is contaminated when
at least 80 % of its runs stand in training texts, the bound of Touvron et al. (arXiv 2307.09288, A.6),
there for tokens. Words are what blanks separate, in lower case; punctuation stays, as operators in a
question of mathematics are punctuation. A run in more than ten test questions is the wording of the
benchmark, not of a problem, and counts for nothing: else a long instruction with a short sum behind it
would always be contaminated. A question of fewer words is one run.

Where problems have graphs, their canonical forms are compared, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bi_bench.artifacts.artifact import JsonObject
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import demonstration_texts
from bi_bench.artifacts.overlap import Overlap, Shares
from bi_bench.artifacts.problems import read_questions
from bi_bench.artifacts.role import Parent
from bi_bench.stages.alike import compare_graphs
from bi_bench.stages.context import StageContext

WORDS = 13
THRESHOLD = 0.8
COMMON = 10
LISTED = 20

Run = tuple[str, ...]


class Question(NamedTuple):
    """A test question: its words, the runs that are its own, and one that is rare among questions."""

    problem: str
    words: list[str]
    own: frozenset[Run]
    rarest: Run


class Matches(NamedTuple):
    """The parts of questions found in some texts: runs, and the numbers of whole questions."""

    runs: set[Run]
    whole: set[int]


def run(context: StageContext) -> Costs:
    """Write ``overlap.json``: shares for all training texts, for each source, and by graphs."""
    folders = context.inputs
    questions = split_questions(list(read_questions(folders[Parent.PROBLEMS])))
    rl_questions = (question for _, question in read_questions(folders[Parent.RL]))
    found = {
        "demonstrations": find(questions, demonstration_texts(folders[Parent.AUGMENT])),
        "rl_problems": find(questions, rl_questions),
    }
    graphs = compare_graphs(folders[Parent.PROBLEMS], [folders[Parent.SFT], folders[Parent.RL]])
    summarise(questions, found).model_copy(update={"graphs": graphs}).write(context.folder)
    return Costs()


def split_questions(given: Sequence[tuple[str, str]]) -> list[Question]:
    """The questions, by problem id, with their runs."""
    words = [question.casefold().split() for _, question in given]
    runs = [frozenset(_runs(each, min(WORDS, len(each)))) for each in words]
    questions_with = Counter(run for each in runs for run in each)
    most = max(1, min(COMMON, len(given) // 2))
    return [
        Question(
            problem,
            each,
            frozenset(run for run in mine if questions_with[run] <= most),
            min(mine, key=lambda run: (questions_with[run], run), default=()),
        )
        for (problem, _), each, mine in zip(given, words, runs, strict=True)
    ]


def find(questions: Sequence[Question], training: Iterable[str]) -> Matches:
    """Look for the questions in texts; memory grows with the questions alone."""
    wanted = {run for question in questions for run in (*question.own, question.rarest) if run}
    lengths = {len(run) for run in wanted}
    lines = [" ".join(question.words) for question in questions]
    waiting: dict[Run, list[int]] = {}
    for number, question in enumerate(questions):
        waiting.setdefault(question.rarest, []).append(number)
    found = Matches(set(), set())
    for text in training:
        words = text.casefold().split()
        here = {run for length in lengths for run in wanted.intersection(_runs(words, length))}
        found.runs.update(here)
        whole = f" {' '.join(words)} " if here else ""
        for run in here & waiting.keys():
            # Once found it need not be looked for again, however often it is repeated.
            there = {number for number in waiting[run] if f" {lines[number]} " in whole}
            found.whole.update(there)
            waiting[run] = [number for number in waiting[run] if number not in there]
    return found


def summarise(questions: Sequence[Question], found: Mapping[str, Matches]) -> Overlap:
    """Shares of the test problems, over all texts and for each source, and the first of them by id."""
    together = Matches(
        set().union(*(each.runs for each in found.values())),
        set().union(*(each.whole for each in found.values())),
    )
    covered = {name: _coverage(questions, each) for name, each in found.items()}
    coverage = _coverage(questions, together)
    listed: list[JsonObject] = [
        {
            "problem": questions[number].problem,
            "coverage": share,
            "whole": number in together.whole,
            "in": [name for name, shares in covered.items() if shares[number] >= THRESHOLD],
        }
        for number, share in enumerate(coverage)
        if share >= THRESHOLD
    ]
    shares = _shares(coverage, together)
    return Overlap(
        problems=len(questions),
        words=WORDS,
        threshold=THRESHOLD,
        exact=shares.exact,
        contaminated=shares.contaminated,
        coverage=shares.coverage,
        contaminated_problems=tuple(listed[:LISTED]),
        demonstrations=_shares(covered["demonstrations"], found["demonstrations"]),
        rl_problems=_shares(covered["rl_problems"], found["rl_problems"]),
    )


def _coverage(questions: Sequence[Question], found: Matches) -> list[float]:
    """The share of each question's own runs that was found; of one without, whether it is there."""
    return [
        len(question.own & found.runs) / len(question.own)
        if question.own
        else float(number in found.whole)
        for number, question in enumerate(questions)
    ]


def _shares(coverage: Sequence[float], found: Matches) -> Shares:
    number = max(1, len(coverage))
    return Shares(
        exact=len(found.whole) / number,
        contaminated=sum(share >= THRESHOLD for share in coverage) / number,
        coverage=sum(coverage) / number,
    )


def _runs(words: Sequence[str], length: int) -> Iterable[Run]:
    return zip(*(words[start:] for start in range(length)), strict=False)
