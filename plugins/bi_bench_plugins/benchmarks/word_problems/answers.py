"""Compares an answer with the reference as a careful reader would; docs/grading.md has the rules."""

from __future__ import annotations

import re
from fractions import Fraction

from bi_bench_plugins.benchmarks.word_problems.formulas import TooHard, same_formula
from bi_bench_plugins.benchmarks.word_problems.lists import Collection, brackets, collection
from bi_bench_plugins.benchmarks.word_problems.numbers import equal_numbers, read_number
from bi_bench_plugins.benchmarks.word_problems.typography import squeezed, typed
from bi_bench_plugins.benchmarks.word_problems.units import is_word, same_unit, split_unit

LONGEST = 300  # characters of an answer; a longer one is none
_MOST_ITEMS = 30
_DEEPEST = 4  # collections within collections

_LEAD = re.compile(
    r"^(?:(?:(?:so|thus|therefore|hence),? )?(?:the |my )?(?:final |correct )?"
    r"(?:answer|result|solution|option|choice)(?: is\b| ?[:=])? ?|"
    r"(?:about|approximately|roughly|\\approx|=) ?)(?=\S)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?P<name>[A-Za-z](?:_\{\w{1,9}\})?(?: ?\([A-Za-z]\))?|[A-Za-z][A-Za-z ]*) ?(?:=|\\in(?![a-z])) ?(?=\S)"
)
_BASES = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_BASE_NAMES = {name: str(number) for number, name in enumerate(_BASES.split(), start=2)}
_NUMERAL = re.compile(r"-?[0-9A-Z]+(?:\.[0-9A-Z]+)?")
_IN_BASE = re.compile(
    r"(?P<numeral>-?[0-9A-Z,]+(?:\.[0-9A-Z]+)?)"
    r"(?:_\{ ?\(? ?(?:base )?(?P<below>\w{1,8}) ?\)? ?\}| \(?(?:in )?base (?P<behind>\w{1,8})\)?)"
)
_CHOICE = re.compile(r"^([A-Za-z])\)$")
_NUMBERED = re.compile(r"\d+[.)] ")
_NOT_IN_WORDS = re.compile(r"[^\w ]+")


def same(answer: str, reference: str) -> bool:
    """True if two answers say the same; it never raises, and takes two seconds at most."""
    if len(answer) > LONGEST:
        return False
    if answer == reference:
        return bool(answer)
    try:
        return _same(typed(answer), typed(reference), 0)
    except TooHard:
        return False


def is_number_line(text: str) -> bool:
    """True if a line is a number, with a unit or not, or a formula with one, and no heading."""
    line = _LEAD.sub("", typed(text))
    if _NUMBERED.match(line):
        return False
    if read_number(split_unit(line).expression):
        return True
    letters = re.sub(r"\\[A-Za-z]+", " ", line)
    words = re.findall("[A-Za-z]+", letters)
    return bool(re.search(r"\d", line)) and not any(map(is_word, words)) and ":" not in line


def number(text: str) -> Fraction | None:
    """An integer or decimal as it stands in prose (``$1,080.50``), exactly; None if it is none."""
    found = read_number(typed(text).replace("$", "").strip())
    return found.value if found and found.decimals is not None else None


def _same(answer: str, reference: str, depth: int) -> bool:
    if squeezed(answer) == squeezed(reference):
        return bool(answer)
    sides = [_inner(side) for side in (answer, reference)]
    names = {squeezed(match["name"]) for side in sides if (match := _NAME.match(side))}
    if len(names) > 1 and not any(map(is_word, names)):  # x = 5 is not y = 5
        return same_formula(*sides)
    answer, reference = map(_without_name, sides)
    if squeezed(answer) == squeezed(reference):
        return bool(answer)
    if "=" in answer and "=" not in reference and not collection(answer).kind:
        parts = [part.strip() for part in answer.split("=")]
        return depth < _DEEPEST and all(_same(part, reference, _DEEPEST) for part in parts)
    if any(_IN_BASE.fullmatch(side) for side in (answer, reference)):
        return _same_numeral(answer, reference)
    if (verdict := _same_amount(answer, reference)) is not None:
        return verdict
    one, other = collection(answer), collection(reference)
    if one.kind or other.kind:
        alike = one.kind == other.kind or {one.kind, other.kind} == {"", "set"}
        return alike and depth < _DEEPEST and _same_items(one, other, depth)
    if any(map(_is_phrase, (answer, reference))):
        return _phrase(answer) == _phrase(reference)
    found, right = split_unit(answer), split_unit(reference)
    if same_unit(found, right) != 1 or found.scale != right.scale:
        return False
    return same_formula(found.expression, right.expression)


def _inner(text: str) -> str:
    """Without "the answer is" before it and brackets around it that hold one thing."""
    text = _CHOICE.sub(r"\1", _LEAD.sub("", text).strip())
    for _ in range(_MOST_ITEMS):
        opening, inner, closing = brackets(text)
        if opening == "{" or (opening + closing == "()" and not collection(text).kind):
            text = inner
    return text


def _without_name(text: str) -> str:
    """The part after ``x =``; each part of ``x = 1 or x = 2`` has a name of its own."""
    parts = collection(text)
    if parts.kind and all("=" in item for item in parts.items):
        return text
    return _inner(_NAME.sub("", text))


def _same_numeral(answer: str, reference: str) -> bool:
    """Numerals with a base, by digits and base; where one has none it is that of the other one."""
    found = []
    for side in (answer, reference):
        match = _IN_BASE.fullmatch(side)
        numeral = (match["numeral"] if match else side.replace(" ", "")).replace(",", "")
        if not _NUMERAL.fullmatch(numeral):
            return False
        base = match and (match["below"] or match["behind"])
        found.append((numeral.lstrip("0"), _BASE_NAMES.get(base, base) if base else None))
    (digits, base), (wanted, right) = found
    return digits == wanted and (base is None or right is None or base == right)


def _same_amount(answer: str, reference: str) -> bool | None:
    """Numbers with or without a unit; None where one of the two is no number."""
    found, right = split_unit(answer), split_unit(reference)
    number, wanted = read_number(found.expression), read_number(right.expression)
    if number is None or wanted is None:
        return None
    if (factor := same_unit(found, right)) is None:
        return False
    number = number.times(found.scale * factor)
    wanted = wanted.times(right.scale)
    if equal_numbers(number, wanted):
        return True
    if found.percent and not right.units:
        return equal_numbers(number.times(Fraction(1, 100)), wanted)
    if right.percent and not found.units:
        return equal_numbers(number, wanted.times(Fraction(1, 100)))
    return False


def _same_items(one: Collection, other: Collection, depth: int) -> bool:
    if len(one.items) != len(other.items) or len(one.items) > _MOST_ITEMS:
        return False
    if one.kind not in ("", "set", "union"):
        return all(_same(*pair, depth + 1) for pair in zip(one.items, other.items, strict=True))
    open_ = list(other.items)
    for item in sorted(one.items, key=lambda item: item not in open_):  # equal texts first
        match = next((each for each in open_ if _same(item, each, depth + 1)), None)
        if match is None:
            return False
        open_.remove(match)
    return True


def _is_phrase(text: str) -> bool:
    """True if letters of a typed text are words, and there is neither a command nor a digit."""
    words = re.findall("[A-Za-z]+", text)
    return not re.search(r"[\\\d^_]", text) and any(map(is_word, words))


def _phrase(text: str) -> str:
    return " ".join(_NOT_IN_WORDS.sub(" ", text).casefold().split())
