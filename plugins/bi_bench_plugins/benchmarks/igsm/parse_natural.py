"""Parses the natural tier: the answer and the steps of any text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bi_bench.api import Stated
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.igsm.english import read_phrase
from bi_bench_plugins.benchmarks.shared.final import END, Final, every, final

_ANSWER = re.compile(r"\\boxed\{\s*(-?\d{1,18})\s*\}")
_BOX = re.compile(r"\\boxed\{([^}]*)\}")
_PLAIN = re.compile(r"0|-?[1-9]\d{0,17}")  # as Python writes a whole number
_SENTENCE = re.compile(r"[^.\n]+\.?")  # the full stop optional: looking for it is quadratic
_LONGEST_SENTENCE = 2000  # characters

_LETTER, _NAME = "(?P<letter>[A-Za-z])", "(?P<name>.+)"
_MISSING = "(?P<missing>each .+)"
_SENTENCES = {
    "naming": (
        rf"Let {_LETTER} be the number of each {_NAME}\.",
        rf"Write {_LETTER} for the number of each {_NAME}\.",
        rf"Call the number of each {_NAME} {_LETTER}\.",
    ),
    "read": (
        rf"(?:The question gives|We read off|It is given that) {_LETTER} = (?P<value>-?\d{{1,18}})\.",
    ),
    "compute": (rf"(?:Then|So|This makes) {_LETTER} = (?P<work>.+)\.",),
    "attempt": (
        rf"But {_MISSING} (?:is|are) not known yet, so {_LETTER} stays open\.",
        rf"It takes {_MISSING} to find {_LETTER}, still to be solved, so this has to wait\.",
        rf"Without {_MISSING} we cannot finish {_LETTER} now\.",
    ),
    "return": (
        rf"Back to each {_NAME}, already called {_LETTER}\.",
        rf"Now we can return to {_LETTER}, the number of each {_NAME}\.",
        rf"Each {_NAME} is due again, our {_LETTER}\.",
    ),
    "restate": (
        rf"(?:Recall that|We know that|As said,) the number of each {_NAME} equals (?P<phrase>.+)\.",
    ),
}
_PATTERNS = [
    (kind, re.compile(pattern)) for kind, patterns in _SENTENCES.items() for pattern in patterns
]


def parse_answer(text: str) -> Final[int]:
    """The number in the last ``\\boxed{N}``, if no other one contradicts it."""
    return final(text, every(_ANSWER, text, int))


def parse_first_answer(text: str) -> Final[int]:
    """The number in the first box, as the released code of BRIDGE reads it: nothing else in there,
    and whatever follows.
    """
    first = _BOX.search(text)
    return Final(int(first[1]) if first and _PLAIN.fullmatch(first[1]) else None)


def parse_steps(text: str) -> list[Stated]:
    """The steps before ``</think>``; sentences that are none are left out.

    A letter stands for what the text last gave it to. A step begins where its letter is given.
    """
    letters: dict[str, str] = {}
    steps = []
    named_letter, named_at = "", 0  # by the sentence just before
    for kind, match, start, end in _sentences(text):
        if kind == "naming":
            named_letter, named_at = match["letter"], start
            letters[named_letter] = match["name"]
            continue
        begin = named_at if match.groupdict().get("letter") == named_letter else start
        if step := _step(kind, match, letters, begin, end):
            steps.append(step)
        named_letter = ""
    return steps


def _sentences(text: str) -> Iterator[tuple[str, re.Match[str], int, int]]:
    for found in _SENTENCE.finditer(text.partition(END)[0]):
        sentence = found.group().lstrip("- ")
        if not sentence.endswith(".") or len(sentence) > _LONGEST_SENTENCE:
            continue
        for kind, pattern in _PATTERNS:
            if match := pattern.fullmatch(sentence):
                yield kind, match, found.end() - len(sentence), found.end()
                break


def _step(
    kind: str, match: re.Match[str], letters: Mapping[str, str], start: int, end: int
) -> Stated | None:
    if kind == "return":
        return Stated("return", match["name"], start, end)
    if kind == "restate":
        equation = read_phrase(match["phrase"])
        if equation is None:
            return None
        return Stated("restate", match["name"], start, end, (equation,))
    if (name := letters.get(match["letter"])) is None:
        return None
    if kind == "read":
        return Stated("read", name, start, end, (int(match["value"]),))
    if kind == "attempt":
        missing = tuple(match["missing"].removeprefix("each ").split(" and each "))
        return Stated("attempt", name, start, end, missing=missing)
    chain = [_named(parse_expression(part), letters) for part in match["work"].split("=")]
    complete = tuple(part for part in chain if part is not None)
    if len(complete) < len(chain) or not isinstance(complete[-1], int):
        return None
    return Stated("compute", name, start, end, complete)


def _named(expression: Expression | None, letters: Mapping[str, str]) -> Expression | None:
    if isinstance(expression, tuple):
        operands = [_named(operand, letters) for operand in expression[1:]]
        return (expression[0], *operands)
    return letters.get(expression, expression) if isinstance(expression, str) else expression
