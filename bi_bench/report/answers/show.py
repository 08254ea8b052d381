"""Shows answers on a terminal, steps coloured and checked, and as JSON.

What a model wrote is shown as text: nothing in it steers the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from bi_bench.artifacts.samples import Sample
from bi_bench.artifacts.samples import as_row as answer_row
from bi_bench.report.answers.browse import AnswerPair
from bi_bench.report.answers.steps import MarkedStep

_SHOWN = 2_000  # characters of one text
_WIDE = 120  # columns of a terminal that shows two answers side by side
_STYLES = {
    "attempt": "red",
    "return": "magenta",
    "restate": "green",
    "subgoal": "cyan",
    "filler": "dim",
    "read": "blue",
    "compute": "yellow",
}
_WRONG = "underline bold"


def show(pairs: Sequence[AnswerPair]) -> None:
    """Print problems with their answers, one below the other."""
    console = Console(highlight=False, markup=False, emoji=False)
    for pair in pairs:
        console.print()
        title = f"{pair.problem.id} · {pair.arm} · {pair.split} · seed {pair.seed}"
        console.print(visible(title), style="bold")
        console.print(visible(pair.problem.question))
        console.print(Text("reference answer: ") + visible(pair.problem.answer))
        answers = [(name, sample) for name, sample in _named(pair) if sample is not None]
        if console.width >= _WIDE and len(answers) > 1:
            table = Table(expand=True)
            for name, sample in answers:
                table.add_column(Text(_verdict(name, sample)), ratio=1, overflow="fold")
            table.add_row(*(_answer(pair, sample) for _, sample in answers))
            console.print(table)
            continue
        for name, sample in answers:
            console.print(_verdict(name, sample), style="bold")
            console.print(_answer(pair, sample))


def as_row(pair: AnswerPair) -> dict[str, Any]:
    """A problem with its answers as JSON, texts in full."""
    row: dict[str, Any] = {
        "problem": pair.problem.id,
        "arm": pair.arm,
        "seed": pair.seed,
        "split": pair.split,
        "question": pair.problem.question,
        "answer": pair.problem.answer,
    }
    for name, sample in _named(pair):
        if sample is not None:
            steps = [step._asdict() for step in pair.steps(sample)]
            row[name] = {**answer_row(sample), "steps": steps}
    return row


def visible(text: str, marks: Sequence[MarkedStep] = ()) -> Text:
    """The text with control characters spelled out, steps coloured, and cut where it is too long."""
    cut, shown = text[:_SHOWN], Text(overflow="fold")
    at, starts = 0, {mark.start: mark for mark in marks}
    ends = {mark.end for mark in marks}
    style = ""
    for index in range(len(cut)):
        if index in ends or index in starts:
            shown.append("".join(map(_spelled, cut[at:index])), style)
            at, style = index, ""
            if mark := starts.get(index):
                style = " ".join(
                    filter(None, (_STYLES.get(mark.kind, ""), _WRONG * bool(mark.fault)))
                )
    shown.append("".join(map(_spelled, cut[at:])), style)
    if len(text) > _SHOWN:
        shown.append(f" … ({len(text)} characters, the first {_SHOWN} shown)", "dim")
    return shown


def _spelled(char: str) -> str:
    """A character, or its code where it would act on the terminal or on the text around it."""
    if char == "\n" or unicodedata.category(char)[0] not in "CZ" or char == " ":
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode("ascii")


def _named(pair: AnswerPair) -> list[tuple[str, Sample | None]]:
    if pair.split == "probe":
        return [("rollout", pair.after)]
    return [("before", pair.before), ("after", pair.after)]


def right_or_wrong(sample: Sample) -> str:
    """ "wrong, score 0.5", "wrong, right in the lenient reading"."""
    verdict = "right" if sample.correct else "wrong"
    if sample.score is not None:
        verdict += f", score {sample.score:.3g}"
    if sample.semantic is not None and sample.semantic != sample.correct:
        verdict += f", {'right' if sample.semantic else 'wrong'} in the lenient reading"
    return verdict


def _verdict(name: str, sample: Sample) -> str:
    if not sample.parsed:
        verdict = "contradictory answers" if sample.contradictory else "no answer found"
    else:
        verdict = right_or_wrong(sample)
        if sample.correct and sample.derivation is False:
            verdict += (
                ", steps not recognised" if sample.unrecognised else ", by a wrong derivation"
            )
    length = f"{sample.tokens} tokens{', truncated' * sample.truncated}"
    kind = "greedy" if sample.greedy else f"sample {sample.sample}"
    return f"{name} ({kind}): {verdict}, {length}"


def _answer(pair: AnswerPair, sample: Sample) -> Group:
    marks = pair.steps(sample)
    lines = [
        Text("  ✗ " if mark.fault else "  · ", style="bold" if mark.fault else "dim")
        + Text(f"{mark.kind} ", style=_STYLES.get(mark.kind, ""))
        + visible(f"{mark.quantity}{f': {mark.fault}' if mark.fault else ''}")
        for mark in marks
    ]
    return Group(visible(sample.completion, marks), *lines)
