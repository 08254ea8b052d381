"""Parses numbers as they are written in answers, exactly."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import NamedTuple

_DECIMALS = 6  # a rounded decimal with fewer says too little about a fraction
_LARGEST_POWER = 400
_LARGEST_FACTORIAL = 100

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d{1,300})"
_DECIMAL = rf"(?:{_WHOLE}(?:\.\d{{0,300}})?|\.\d{{1,300}})"
_SIGNED = rf"[-+]? ?{_DECIMAL}"
_NUMBER = re.compile(_SIGNED)
_FRACTION = re.compile(
    rf"(?P<sign>[-+]?) ?(?:(?P<whole>\d{{1,300}})(?: (?=\d)| ?(?=\\)))?"
    rf"(?:\\frac\{{ ?(?P<top>{_SIGNED}) ?\}}\{{ ?(?P<bottom>{_SIGNED}) ?\}}"
    rf"|(?P<over>{_DECIMAL}) ?(?:/|\\div) ?(?P<under>{_SIGNED}))"
)
_POWER = re.compile(
    rf"(?P<sign>[-+]?) ?(?:(?P<factor>{_DECIMAL}) ?(?:\\times|\\cdot|\*|x) ?)?"
    rf"(?P<base>{_DECIMAL}) ?\^\{{(?P<exponent>-?\d{{1,3}})\}}"
)
_E = re.compile(rf"(?P<factor>{_SIGNED})[eE](?P<exponent>[-+]?\d{{1,3}})")
_PERIOD = re.compile(r"(?P<sign>-?)(?P<start>\d{0,18}\.\d{0,18})\\overline\{(?P<period>\d{1,18})\}")
_FACTORIAL = re.compile(r"(\d{1,3})!")
_CHOOSE = re.compile(r"\\binom\{ ?(\d{1,3}) ?\}\{ ?(\d{1,3}) ?\}")


class Written(NamedTuple):
    """A number and, where it was written in digits alone, with how many decimals."""

    value: Fraction
    decimals: int | None = None

    def times(self, factor: Fraction) -> Written:
        """So many times the number, which is written nowhere unless the factor is one."""
        return self if factor == 1 else Written(self.value * factor)


def read_number(text: str) -> Written | None:
    """A typed text that is a number and nothing else: whole, decimal, fraction, mixed number, power,
    factorial or binomial coefficient.
    """
    if _NUMBER.fullmatch(text):
        return Written(_exact(text), len(text.partition(".")[2]))
    for pattern, read in _READERS:
        if match := pattern.fullmatch(text):
            value = read(match)
            return None if value is None else Written(value)
    return None


def equal_numbers(one: Written, other: Written) -> bool:
    """Exactly; a decimal also stands for a fraction without end, if it is right to its last decimal,
    rounded or cut off, and has six or more.
    """
    if one.value == other.value:
        return True
    for rounded, exact in ((one, other), (other, one)):
        endless = exact.decimals is None and _endless(exact.value)
        if endless and (rounded.decimals or 0) >= _DECIMALS:
            scale = 10 ** (rounded.decimals or 0)
            return rounded.value * scale in (round(exact.value * scale), int(exact.value * scale))
    return False


def _exact(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace(" ", "").removesuffix("."))


def _fraction(match: re.Match[str]) -> Fraction | None:
    bottom = _exact(match["bottom"] or match["under"])
    if not bottom:
        return None
    value = _exact(match["top"] or match["over"]) / bottom
    if match["whole"] is not None:
        if not 0 < value < 1:  # no mixed number, and who knows what else
            return None
        value += int(match["whole"])
    return -value if match["sign"] == "-" else value


def _power(match: re.Match[str]) -> Fraction | None:
    exponent, base = int(match["exponent"]), _exact(match["base"])
    if abs(exponent) > _LARGEST_POWER or len(match["base"]) > 20 or (not base and exponent <= 0):
        return None
    value = _exact(match["factor"] or "1") * base**exponent
    return -value if match["sign"] == "-" else value


def _scientific(match: re.Match[str]) -> Fraction | None:
    exponent = int(match["exponent"])
    return (
        None
        if abs(exponent) > _LARGEST_POWER
        else _exact(match["factor"]) * Fraction(10) ** exponent
    )


def _period(match: re.Match[str]) -> Fraction:
    places = len(match["start"].partition(".")[2])
    nines = 10 ** len(match["period"]) - 1
    value = Fraction(f"0{match['start']}0") + Fraction(int(match["period"]), nines * 10**places)
    return -value if match["sign"] == "-" else value


def _factorial(match: re.Match[str]) -> Fraction | None:
    number = int(match[1])
    return Fraction(math.factorial(number)) if number <= _LARGEST_FACTORIAL else None


def _choose(match: re.Match[str]) -> Fraction:
    return Fraction(math.comb(int(match[1]), int(match[2])))


_READERS = (
    (_FRACTION, _fraction),
    (_POWER, _power),
    (_E, _scientific),
    (_PERIOD, _period),
    (_FACTORIAL, _factorial),
    (_CHOOSE, _choose),
)


def _endless(value: Fraction) -> bool:
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest != 1
