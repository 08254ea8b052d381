r"""Normalises typography: of several ways to type the same answer, one remains.

``–5``, ``$-5$`` and ``\text{-5}`` become ``-5``; ``½``, ``\dfrac12`` and ``\frac 1 2`` become
``\frac{1}{2}``. Nothing that carries a meaning goes: a blank between two digits, a leading point.
"""

from __future__ import annotations

import re
import unicodedata

_SYMBOLS = {
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‘’‚′`´", "'"),
    **dict.fromkeys("·⋅∙•", "\\cdot "),
    **dict.fromkeys("°º˚", "^\\circ "),
    "×": "\\times ",
    "✕": "\\times ",
    "÷": "\\div ",
    "⁄": "/",
    "∕": "/",
    "∶": ":",
    "π": "\\pi ",
    "∞": "\\infty ",
    "√": "\\sqrt ",
    "±": "\\pm ",
    "∓": "\\mp ",
    "∅": "\\emptyset ",
    "≤": "\\le ",
    "≥": "\\ge ",
    "≠": "\\ne ",
    "≈": "\\approx ",
    "∈": "\\in ",
    "∪": "\\cup ",
    "∩": "\\cap ",
    "α": "\\alpha ",
    "β": "\\beta ",
    "γ": "\\gamma ",
    "θ": "\\theta ",
    "λ": "\\lambda ",
    "…": "...",
    "％": "%",
    "ø": "\\emptyset ",
}
_NAMES = {
    "leq": "\\le",
    "geq": "\\ge",
    "neq": "\\ne",
    "varnothing": "\\emptyset",
    "degree": "^\\circ",
    **dict.fromkeys(("dfrac", "tfrac", "cfrac"), "\\frac"),
    **dict.fromkeys(("tbinom", "dbinom"), "\\binom"),
    "lbrace": "\\{",
    "rbrace": "\\}",
}
_SIGNS = (("**", "^"), ("<=", "\\le "), (">=", "\\ge "), ("!=", "\\ne "), ("==", "="))
_GONE = ("left", "right", "displaystyle", "textstyle", "big", "Big", "bigg", "Bigg", "limits")
_RAISED, _LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ", "₀₁₂₃₄₅₆₇₈₉₋ₙ"
_SMALL = re.compile(f"[{_RAISED}]+|[{_LOWERED}]+")
_PLAIN = str.maketrans(_RAISED + _LOWERED, "0123456789-n" * 2)
_DOLLAR = "\ue000"  # an escaped dollar sign, which is money, never the edge of a formula

_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_EDGES = re.compile(r"(?<!\\)\\[()\[\]]")
_BLANKS = re.compile(r"\\[,:;> ]|\\q?quad(?![A-Za-z])|~|\s+")
_WRAPPER = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|texttt|textnormal|mbox|hbox|mathrm|mathbf|mathit|mathsf|emph|"
    r"boldsymbol|bm|boxed|fbox|underline|operatorname)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
)
_BOLD = re.compile(r"(?<![\w)}*])(\*\*?|__)(?=[^\s*_])([^*]*?[^\s*])\1(?![\w({*])")
_MATHS = re.compile(r"\$([^$]+)\$(?!\d)")
_ARGUMENT = r"(?:\{[^{}]*\}|\d|[A-Za-z]|\\pi(?![A-Za-z]))"
_FRACTION = re.compile(rf"\\frac\s*({_ARGUMENT})\s*({_ARGUMENT})")
_ROOT = re.compile(r"\\sqrt\s*(?:\(([^()]*)\)|(\d+|[A-Za-z]))")
_SCRIPT = re.compile(r"([\^_])\s*(?:\{\s*([^{}]*?)\s*\}|(-?\d+|[A-Za-z]))")
_TYPED = re.compile(r"(?<![\\A-Za-z])(sqrt|pi|infinity|infty)(?![A-Za-z])")
_CLOCK = re.compile(r"(?<=\d) *([ap])\.? ?m\.? *$", re.IGNORECASE)  # 9 a.m.
_LOOSE = re.compile(r"(?<![\d.]) | (?![\d.])")  # a blank that is not between two digits


def typed(text: str) -> str:
    """The text as it is typed in one way, with single blanks; it never raises."""
    text = _SMALL.sub(_script, text)
    text = "".join(map(_character, text)).replace("\\!", "").replace("{,}", ",")
    text = text.replace("\\$", _DOLLAR).replace("\\%", "%")
    text = _EDGES.sub("", _BLANKS.sub(" ", text.replace("\\\\", "\ue001")))
    for _ in range(4):  # one within another
        text = _WRAPPER.sub(r" \1 ", text)
    text = _COMMAND.sub(_command, text)
    for _ in range(2):
        text = _MATHS.sub(r"\1", _BOLD.sub(r"\2", text.strip().rstrip(".,;:?")))
    for sign, command in _SIGNS:
        text = text.replace(sign, command)
    text = _TYPED.sub(lambda found: "\\" + found[1].replace("infinity", "infty"), text)
    text = _FRACTION.sub(lambda found: f"\\frac{_braced(found[1])}{_braced(found[2])}", text)
    text = _ROOT.sub(lambda found: f"\\sqrt{{{found[1] or found[2]}}}", text)
    text = _SCRIPT.sub(lambda found: f"{found[1]}{{{found[2] or found[3] or ''}}}", text)
    text = text.replace("^{\\circ}", "^\\circ").replace(_DOLLAR, "$").replace("\ue001", "\\\\")
    text = _CLOCK.sub(lambda found: f" {found[1].lower()}m", text)
    return " ".join(text.split()).strip("'\"`").strip().removesuffix("\\\\")


def squeezed(text: str) -> str:
    """A typed text without the blanks that change nothing: all but those between two digits."""
    return _LOOSE.sub("", text)


def _script(run: re.Match[str]) -> str:
    return f"{'^' if run[0][0] in _RAISED else '_'}{{{run[0].translate(_PLAIN)}}}"


def _command(found: re.Match[str]) -> str:
    name = found[1]
    return "" if name in _GONE else _NAMES.get(name, f"\\{name}") + found[0][len(name) + 1 :]


def _character(char: str) -> str:
    if char.isascii():
        return char if char >= " " else " "
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    kind = unicodedata.decomposition(char).partition(" ")
    if kind[0] == "<fraction>":  # ½ after a digit is a mixed number
        top, _, bottom = unicodedata.normalize("NFKC", char).partition("⁄")
        return f" \\frac{{{top}}}{{{bottom or 1}}}"
    if unicodedata.category(char) in ("Cc", "Cf", "Co"):  # such as a zero-width blank
        return ""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", char)


def _braced(argument: str) -> str:
    return argument if argument.startswith("{") else f"{{{argument}}}"
