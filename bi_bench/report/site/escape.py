"""Escapes texts of models, plugins and users for a page: visible, and never markup or code."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# Control characters but tab and newline, invisible and direction characters, line and paragraph
# separators, and halves of surrogate pairs, which no UTF-8 file can hold.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# A script may stand in a page: nothing in it closes an element or opens a comment.
_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def visible(text: str) -> str:
    """The text with a sign in the place of each character that would not be seen, or would move others."""
    return text if text.isprintable() else _HIDDEN.sub(_sign, text)


def script(name: str, value: str) -> str:
    """A JavaScript file, ASCII alone, that hands a literal over to the page under a name."""
    return f"biBench.put({literal(name)},{value});\n"


def literal(value: Any) -> str:
    """Plain data as a JavaScript literal; every text in it is visible and nothing in it is markup."""
    text = json.dumps(_clean(value), separators=(",", ":"), allow_nan=False)
    for char, escaped in _MARKUP.items():
        text = text.replace(char, escaped)
    return text


def _clean(value: Any) -> Any:
    """Plain JSON types with every text made visible; numbers that are not finite become null."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {visible(str(key)): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"⟨U+{code:04X}⟩"
