"""Parses the unit of an answer: ``24 plums``, ``90^\\circ``, ``$5``, ``50%``, ``3 million``."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

# Units of measure by dimension: how many of the first one each is, and its names. Words that are none
# of them say what is counted, and do not decide.
_MEASURES: dict[str, dict[str, tuple[str | int, ...]]] = {
    "length": {
        "1/1000": ("mm", "millimeter", "millimetre"),
        "1/100": ("cm", "centimeter", "centimetre"),
        "1": ("m", "meter", "metre"),
        "1000": ("km", "kilometer", "kilometre"),
        "0.0254": ("in", "inch", "inches"),
        "0.3048": ("ft", "foot", "feet"),
        "0.9144": ("yd", "yard"),
        "1609.344": ("mi", "mile"),
    },
    "mass": {
        "1/1000": ("mg", "milligram"),
        "1": ("g", "gram"),
        "1000": ("kg", "kilogram"),
        "28.349523125": ("oz", "ounce"),
        "453.59237": ("lb", "lbs", "pound"),
    },
    "time": {
        "1": ("s", "sec", "second"),
        "60": ("min", "minute"),
        "3600": ("h", "hr", "hrs", "hour"),
        "86400": ("day",),
        "604800": ("week",),
    },
    "months": {"1": ("month",), "12": ("year", "yr", "yrs")},
    "volume": {
        "1/1000": ("ml", "mL", "milliliter", "millilitre"),
        "1": ("L", "l", "liter", "litre"),
    },
    "speed": {"1": ("mph",)},
    "dollars": {"1": ("$", "dollar", "usd"), "1/100": ("cent", "¢")},
    "euros": {"1": ("€", "euro", "eur")},
    "pounds": {"1": ("£",)},
    "yen": {"1": ("¥", "yen")},
    "rupees": {"1": ("₹", "rupee")},
    "angle": {"1": ("^\\circ", "degree", "deg"), "57.29577951308232": ("radian", "rad")},
    "share": {"1": ("%", "percent", "percentage")},
}
_KNOWN = {
    name: (dimension, Fraction(factor))
    for dimension, units in _MEASURES.items()
    for factor, names in units.items()
    for name in map(str, names)
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6}
_SCALES |= {"billion": 10**9, "trillion": 10**12}
_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TO_NINETY = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _TO_NINETEEN.split(), _TO_NINETY.split()
SPELLED = {word: number for number, word in enumerate(_ONES)}
SPELLED |= {ten: 10 * (place + 2) for place, ten in enumerate(_TENS)}
SPELLED |= {
    f"{ten}{dash}{one}": SPELLED[ten] + SPELLED[one]
    for ten in _TENS
    for one in _ONES[1:10]
    for dash in "- "
}
_SPELLED = re.compile(
    rf"({'|'.join(sorted(SPELLED, key=len, reverse=True))})\b(?!-)", re.IGNORECASE
)
# Words that change what a number is, or join two: an answer with one of them is not number and unit.
_JOINING = (
    "and or plus minus times over not if when where for to than less more most least squared cubed "
    "factorial half halves third thirds quarter quarters fourth fourths fifth fifths sixth eighth "
    "tenth tenths hundredth hundredths thousandth thousandths base mod modulo else otherwise "
    "sin cos tan cot sec csc log exp sqrt frac max lim arcsin arccos arctan"
)
_NO_UNIT = frozenset(_JOINING.split())
_ARTICLES = "of the a an is are in at on by per so sq it he we"
_SMALL_WORDS = frozenset(_ARTICLES.split())
_VOWELS = frozenset("aeiou")
_CURRENCIES = "$€£¥₹"

_WORD = re.compile(
    r"(?:(?<=[\s\d).}/%])|^)(?P<word>[A-Za-z]+(?:[-'][A-Za-z]+)*)[.,]?(?: ?\^\{(?P<power>[23])\})?$"
)
_ASIDE = re.compile(r"(?<=\d) ?\(([A-Za-z]{2}[A-Za-z ]*)\)$")  # "24 (plums)"
_MARK = re.compile(rf"(?P<mark>\^\\circ|%|[{_CURRENCIES}¢])$")
_MONEY = re.compile(rf"^([-+]?) ?(?:US ?)?([{_CURRENCIES}]) ?([-+]?)")
_ORDINAL = re.compile(r"(?<=\d)(?:\^\{ ?)?(?:st|nd|rd|th)(?: ?\})?(?= |$)")


class Measured(NamedTuple):
    """The text before the unit, its multiplier (``3 million``), and the units of measure.

    ``units``: dimension, factor and power of each, none for words that are no measure. ``words``:
    whether there was anything behind the expression.
    """

    expression: str
    scale: Fraction
    units: tuple[tuple[str, Fraction, int], ...]
    words: bool

    @property
    def percent(self) -> bool:
        """True if the unit is the per cent alone."""
        return [dimension for dimension, *_ in self.units] == ["share"]


def is_word(text: str) -> bool:
    """True if letters are a word and no product of variables: three or more with a vowel, or "no"."""
    return text.lower() == "no" or (len(text) >= 3 and not _VOWELS.isdisjoint(text.lower()))


def split_unit(text: str) -> Measured:
    """A typed text as an expression and the words and marks behind it, or a currency before it."""
    rest = _ASIDE.sub(r" \1", _ORDINAL.sub("", text)).replace("per cent", "percent")
    found: list[tuple[str, int]] = []
    if spelled := _SPELLED.match(rest):
        rest = f"{SPELLED[spelled[0].lower()]}{rest[spelled.end() :]}"
    if money := _MONEY.match(rest):
        found.append((money[2], 1))
        rest = money[1] + money[3] + rest[money.end() :]
    scale = Fraction(1)
    while match := _MARK.search(rest) or _WORD.search(rest):
        groups = match.groupdict()
        word = groups.get("mark") or groups["word"]
        if not _is_unit(word, rest, match.start()):
            break
        if word.lower() in _SCALES:
            scale *= _SCALES[word.lower()]
        else:
            found.append((word, int(groups.get("power") or 1)))
        rest = rest[: match.start()].rstrip(" /")
    if not re.search(r"[\d\\]", rest):  # words alone
        return Measured(text, Fraction(1), (), False)
    return Measured(rest.strip(), scale, _measures(found), rest != text)


def same_unit(one: Measured, other: Measured) -> Fraction | None:
    """By what the first number is multiplied to be in the unit of the second one; None: it cannot be.

    Where one has no unit it is taken as that of the other one.
    """
    if not one.units or not other.units or one.units == other.units:
        return Fraction(1)
    factor = Fraction(1)
    if len(one.units) != len(other.units):
        return None
    for (dimension, size, power), (wanted, target, degree) in zip(
        one.units, other.units, strict=True
    ):
        if (dimension, power) != (wanted, degree):
            return None
        factor *= (size / target) ** power
    return factor if len(one.units) == 1 else None


def _is_unit(word: str, text: str, start: int) -> bool:
    if word.lower() in _NO_UNIT:
        return False
    if len(word) == 1 and word.isalpha():  # "5 m" is five metres, "5m" and "5 x" are products
        return word in _KNOWN and text[:start].endswith((" ", "/"))
    known = word in _KNOWN or _singular(word) in _KNOWN or word.lower() in _SMALL_WORDS
    return known or not word.isalpha() or is_word(word)


def _measures(found: list[tuple[str, int]]) -> tuple[tuple[str, Fraction, int], ...]:
    """The units of measure among words, the last one first; "square" belongs to the word after it."""
    units: list[tuple[str, Fraction, int]] = []
    for place, (word, power) in enumerate(found):
        if word == "in" and place:  # "5 in total"
            continue
        name = word if word in _KNOWN else _singular(word)
        if name in _KNOWN:
            units.append((*_KNOWN[name], power))
        elif units and word.lower() in ("square", "sq", "cubic"):
            units[-1] = (*units[-1][:2], 3 if word.lower() == "cubic" else 2)
    return tuple(units)


def _singular(word: str) -> str:
    word = word.lower()
    return word[:-1] if word.endswith("s") and word[:-1] in _KNOWN else word
