"""Text from users and plugins made harmless, and numbers made readable."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bi_bench.stats import Contrast

_ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~!$])")
LONGEST = 10_000
_WIDTH = 120  # of a terminal, in characters
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Text(NamedTuple):
    """A cell as people read it: "+4.1", its interval "[1.2, 7.0]", and what follows that."""

    main: str
    interval: str = ""
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.main} {self.interval}{self.rest}" if self.interval else self.main


def plain(text: str) -> str:
    """One line that a terminal shows as it is: no escape sequence, no control character.

    What is longer than any label, note or message should be is cut.
    """
    text = _ESCAPE_SEQUENCE.sub("", shorten(text, LONGEST))
    # Category C: control and direction characters; Zl and Zp: line and paragraph separators.
    kept = (
        " "
        if unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp")
        else char
        for char in text
    )
    return " ".join("".join(kept).split())


def markdown(text: str) -> str:
    """The same line for Markdown, in a table or out of it: nothing in it is markup or HTML."""
    text = "".join(_HTML.get(char, char) for char in plain(text))
    return _MARKDOWN.sub(r"\\\1", text)


def shorten(text: str, width: int) -> str:
    """At most ``width`` characters, an ellipsis for what was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"


def wrap(line: str) -> str:
    """A line of a terminal's text, broken between words."""
    return textwrap.fill(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def percent(share: float | None) -> str:
    """ "41.3" for 0.4133; empty for None."""
    return "" if share is None else f"{_rounded(share):.1f}"


def signed(contrast: Contrast | None) -> Text:
    """ "+4.1 [1.2, 7.0]" in points; empty for None."""
    if contrast is None:
        return Text("")
    interval = f"[{percent(contrast.low)}, {percent(contrast.high)}]"
    return Text(change(contrast.estimate), interval)


def points(contrast: Contrast | None) -> str:
    """ "+4.1 [1.2, 7.0]" in points; empty for None."""
    return str(signed(contrast))


def change(share: float) -> str:
    """ "+4.1" for 0.0413."""
    return f"{_rounded(share):+.1f}"


def amount(number: float) -> str:
    """ "950", "12.3k", "4.6M": three digits or so."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.0f}"


def _rounded(share: float) -> float:
    # Adding zero turns a negative zero, which would read as a loss, into a plain one.
    return round(share * 100, 1) + 0.0
