"""The final answer of a text, and whether it is the right one; neither ever raises."""

from __future__ import annotations

import logging
import re
from fractions import Fraction

LONGEST = 300  # characters of an answer; a longer one is none

_BOX = re.compile(r"\\(?:boxed|fbox)\s*(?:\{|(?P<bare>[^\s{}$.,\\]))")
_HASHES = re.compile(r"^[ \t]*####[ \t]*(\S[^\n]{0,300})$", re.MULTILINE)
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?")
_BLANKS = re.compile(r"\\[,;:! ]|~|\s")
_SAME = (("\\dfrac", "\\frac"), ("\\tfrac", "\\frac"), ("\\left", ""), ("\\right", ""))

# What math-verify gets to see. It has no bound but signals, which only a main thread may use, and a
# result must not depend on how fast a machine is. So what could keep sympy busy (powers of powers,
# large polynomials, sums, integrals, factorials, nested functions) is compared as text alone.
_LONGEST_FORMULA = 120
_LARGEST_EXPONENT = 20
_LARGEST_DEGREE = 12  # all exponents of a formula with variables together
_MOST_VARIABLES = 3
_MOST_FUNCTIONS = 3
_FUNCTIONS = ("sqrt", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc")
_COMMANDS = frozenset(
    (
        *_FUNCTIONS,
        *("frac", "dfrac", "tfrac", "cdot", "times", "div", "pm", "mp", "circ", "pi", "infty"),
        *("le", "leq", "ge", "geq", "lt", "gt", "ne", "neq", "in", "cup", "cap"),
        *("text", "textbf", "mathrm", "mathbb", "mbox", "left", "right", "begin", "end"),
        *("alpha", "beta", "gamma", "theta", "lambda"),
    )
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_WORDS = re.compile(r"\\(?:text|textbf|mathrm|mbox|begin|end|mathbb)\s*\{[^{}]*\}")
_ASSIGNED = re.compile(r"^\s*[A-Za-z]\s*=")
_EXPONENT = re.compile(r"\^\s*(?:\{([^{}^]*)\}|(\\?[^\s{}^]))")


def last_answer(text: str) -> str | None:
    r"""What the last complete ``\boxed{}`` or ``####`` line of a text holds; None if it has none.

    The released code of BRIDGE rewards the first box. The last one is what a solution ends with:
    taking back an earlier answer must not cost the reward, and guessing first must not earn it.
    """
    found = [(match.start(), match[1]) for match in _HASHES.finditer(text)][-1:]
    boxes = (box for match in _BOX.finditer(text) if (box := _box(text, match)) is not None)
    found += [*boxes][-1:]
    answers = [(place, answer.strip()) for place, answer in found if answer.strip()]
    return max(answers)[1] if answers else None


def number(text: str) -> Fraction | None:
    """An integer or decimal as it stands in prose (``$1,080.50``), exactly; None if it is none."""
    bare = text.strip().replace("\\$", "").replace("$", "").replace("{,}", ",").rstrip(".")
    bare = bare.replace("\\!", "").strip()
    return Fraction(bare.replace(",", "")) if _NUMBER.fullmatch(bare) else None


def same(answer: str, reference: str) -> bool:
    """Whether two answers are equal: as text, as numbers, or as formulas (math-verify).

    Plain numbers are compared exactly, formulas by math-verify, to six decimals where one side is
    a decimal.
    """
    if len(answer) > LONGEST:
        return False
    if _plain(answer) == _plain(reference):
        return True
    if (found := number(answer)) is not None and (right := number(reference)) is not None:
        return found == right
    if not (_tame(answer) and _tame(reference)) or _variables(answer) != _variables(reference):
        return False
    return _same_formula(answer, reference)


def _box(text: str, match: re.Match[str]) -> tuple[int, str] | None:
    if match["bare"]:
        return match.start(), match["bare"]
    depth = 1
    for place in range(match.end(), min(len(text), match.end() + LONGEST + 1)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return match.start(), text[match.end() : place]
    return None


def _plain(text: str) -> str:
    for before, after in _SAME:
        text = text.replace(before, after)
    return _BLANKS.sub("", text).strip("$.")


def _tame(text: str) -> bool:
    """Whether a formula is small enough to be compared by computing."""
    commands = _COMMAND.findall(text)
    exponents = [match[1] or match[2] for match in _EXPONENT.finditer(text)]
    powers = [int(digits) for part in exponents for digits in re.findall(r"\d{1,18}", part)]
    variables = _variables(text)
    return (
        len(text) <= _LONGEST_FORMULA
        and all(name in _COMMANDS for name in commands)
        and sum(name in _FUNCTIONS for name in commands) <= _MOST_FUNCTIONS
        and text.count("^") == len(exponents)  # each one is read: no power within a power
        and max(powers, default=0) <= _LARGEST_EXPONENT
        and (not variables or sum(powers) <= _LARGEST_DEGREE)
        and len(powers) <= _MOST_FUNCTIONS * 2
        and len(variables) <= _MOST_VARIABLES
        and not any(mark in text.replace("\\!", "") for mark in ("!", "**", "__"))
        and re.search(r"\d{19}", text) is None
    )


def _variables(text: str) -> set[str]:
    bare = _COMMAND.sub(" ", _WORDS.sub(" ", _ASSIGNED.sub("", text)))
    return set(re.findall(r"[A-Za-z]", bare))


def _same_formula(answer: str, reference: str) -> bool:
    from math_verify import LatexExtractionConfig, parse, verify

    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns of the missing timeout
    # Formulas alone: its plain expressions go through sympy's parse_expr, which evaluates code.
    wanted = [LatexExtractionConfig(boxed_match_priority=0)]
    try:
        right, found = (
            parse(
                f"\\boxed{{{formula}}}",
                wanted,
                fallback_mode="no_fallback",
                parsing_timeout=None,
            )
            for formula in (reference, answer)
        )
        return bool(right and found and verify(right, found, timeout_seconds=None))
    except Exception:  # whatever a model wrote may upset the parsers; it is no answer then
        return False
