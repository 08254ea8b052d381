"""Answers on a terminal: steps coloured, wrong ones with the reason, hostile text as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from bi_bench.artifacts.samples import Sample
from bi_bench.report.answers.browse import Found
from bi_bench.report.answers.steps import Marked

_SHOWN = 2_000  # characters of one text
_WIDE = 120  # columns from which on two answers stand side by side
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


def show(found: Sequence[Found]) -> None:
    """Print them, one below the other."""
    console = Console(highlight=False, markup=False, emoji=False)
    for each in found:
        console.print()
        title = f"{each.problem.id} · {each.arm} · {each.split} · seed {each.seed}"
        console.print(visible(title), style="bold")
        console.print(visible(each.problem.question))
        console.print(Text("reference answer: ") + visible(each.problem.answer))
        answers = [(name, sample) for name, sample in _named(each) if sample is not None]
        if console.width >= _WIDE and len(answers) > 1:
            table = Table(expand=True)
            for name, sample in answers:
                table.add_column(Text(_verdict(name, sample)), ratio=1, overflow="fold")
            table.add_row(*(_answer(each, sample) for _, sample in answers))
            console.print(table)
            continue
        for name, sample in answers:
            console.print(_verdict(name, sample), style="bold")
            console.print(_answer(each, sample))


def as_row(found: Found) -> dict[str, Any]:
    """One match as JSON, texts in full."""
    row: dict[str, Any] = {
        "problem": found.problem.id,
        "arm": found.arm,
        "seed": found.seed,
        "split": found.split,
        "question": found.problem.question,
        "answer": found.problem.answer,
    }
    for name, sample in _named(found):
        if sample is not None:
            steps = [step._asdict() for step in found.steps(sample)]
            row[name] = {**sample._asdict(), "steps": steps}
    return row


def visible(text: str, marks: Sequence[Marked] = ()) -> Text:
    """The text as it can be shown: what steers a terminal is spelled out, what is too long is cut."""
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
    """A character, or its code where it would act on the terminal or on what stands around it."""
    if char == "\n" or unicodedata.category(char)[0] not in "CZ" or char == " ":
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode("ascii")


def _named(found: Found) -> list[tuple[str, Sample | None]]:
    if found.split == "probe":
        return [("rollout", found.after)]
    return [("before", found.before), ("after", found.after)]


def _verdict(name: str, sample: Sample) -> str:
    if not sample.parsed:
        said = "contradictory answers" if sample.contradictory else "no answer found"
    else:
        said = "right" if sample.correct else "wrong"
        if sample.correct and sample.derivation is False:
            said += ", steps not recognised" if sample.unrecognised else ", by a wrong derivation"
    length = f"{sample.tokens} tokens{', truncated' * sample.truncated}"
    kind = "greedy" if sample.greedy else f"sample {sample.sample}"
    return f"{name} ({kind}): {said}, {length}"


def _answer(found: Found, sample: Sample) -> Group:
    marks = found.steps(sample)
    lines = [
        Text("  ✗ " if mark.fault else "  · ", style="bold" if mark.fault else "dim")
        + Text(f"{mark.kind} ", style=_STYLES.get(mark.kind, ""))
        + visible(f"{mark.quantity}{f': {mark.fault}' if mark.fault else ''}")
        for mark in marks
    ]
    return Group(visible(sample.completion, marks), *lines)
