"""Compares formulas with math-verify, where they are small enough to be compared by computing."""

from __future__ import annotations

import re
from itertools import accumulate

from bi_bench_plugins.benchmarks.shared.bounded import call
from bi_bench_plugins.benchmarks.word_problems.units import is_word

# What math-verify gets to see. What could keep sympy busy (powers of powers, large polynomials, sums,
# integrals, factorials, nested functions) is compared as text alone, so that a verdict does not depend
# on how fast a machine is; the bound of `call` is for what these bounds let through.
_LONGEST = 120
_LARGEST_EXPONENT = 20
_LARGEST_DEGREE = 12  # all exponents of a formula with variables together
_MOST_VARIABLES = 3
_MOST_FUNCTIONS = 3
_MOST_POWERS = 6
_DEEPEST = 5  # brackets within brackets
_FUNCTIONS = ("sqrt", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc")
_COMMANDS = frozenset(
    (
        *_FUNCTIONS,
        *("frac", "cdot", "times", "div", "pm", "mp", "circ", "pi", "infty", "mathbb"),
        *("le", "ge", "lt", "gt", "ne", "in", "cup", "cap", "begin", "end"),
        *("alpha", "beta", "gamma", "theta", "lambda"),
    )
)
_EQUAL = "bi_bench_plugins.benchmarks.word_problems.math_verify_worker:equal"
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_NAMED = re.compile(r"\\(?:begin|end|mathbb)\s*\{[^{}]*\}")
_EXPONENT = re.compile(r"\^(?:\{([^{}^]*)\}|\\circ)")
_SUBSCRIPT = re.compile(r"(?<!\\log)_\{([^{}]*)\}")
_TWO_NUMBERS = re.compile(r"\d \d")
_DIGITS = re.compile(r"\d+")


class TooHard(Exception):  # noqa: N818 - an answer, no error
    """The comparison took too long, or upset the parser: nothing more is tried."""


def same_formula(answer: str, reference: str) -> bool:
    """True if two typed formulas are equal; False where they are not small enough to tell."""
    small = _small(answer) and _small(reference)
    alike = all(part(answer) == part(reference) for part in (_variables, _subscripts))
    if not small or not alike:
        return False
    if (verdict := call(_EQUAL, answer, reference)) is None:
        raise TooHard
    return bool(verdict)


def _small(text: str) -> bool:
    commands = _COMMAND.findall(text)
    exponents = [match[1] or "" for match in _EXPONENT.finditer(text)]
    powers = [int(digits) for part in exponents for digits in _DIGITS.findall(part[:100])]
    variables = _variables(text)
    return (
        0 < len(text) <= _LONGEST
        and text.isascii()
        and all(name in _COMMANDS for name in commands)
        and sum(name in _FUNCTIONS for name in commands) <= _MOST_FUNCTIONS
        and text.count("^") == len(exponents)  # each one is read: no power within a power
        and max(powers, default=0) <= _LARGEST_EXPONENT
        and (not variables or sum(powers) <= _LARGEST_DEGREE)
        and len(powers) <= _MOST_POWERS
        and len(variables) <= _MOST_VARIABLES
        and not any(mark in text for mark in ("!", "**", "__", "$", "%"))
        and max(map(len, _DIGITS.findall(text)), default=0) <= 18
        and _depth(text) <= _DEEPEST
        and not _TWO_NUMBERS.search(text)
        and not any(map(is_word, re.findall("[A-Za-z]+", _bare(text))))
    )


def _depth(text: str) -> int:
    """How many brackets are open at most; math-verify looks for pairs in all ways there are."""
    return max(accumulate((char in "({[") - (char in ")}]") for char in text), default=0)


def _bare(text: str) -> str:
    return _COMMAND.sub(" ", _NAMED.sub(" ", text))


def _variables(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]", _bare(_SUBSCRIPT.sub(" ", text))))


def _subscripts(text: str) -> list[str]:
    """math-verify takes the digits of any base, and some names, as if nothing stood below them."""
    return sorted(set(_SUBSCRIPT.findall(text)))
