"""Parses answers of several parts: points, intervals, sets, lists, unions, and plus-minus."""

from __future__ import annotations

import re
from typing import NamedTuple

_OPENING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "\\langle": "\\rangle"}
_CLOSING = frozenset(_OPENING.values())
_TOKEN = re.compile(r"\\(?:[{}]|langle|rangle)|[()\[\]{}]")
_SEPARATOR = re.compile(r"[,;]|(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])")
_UNION = re.compile(r"\\cup(?![A-Za-z])")


class Collection(NamedTuple):
    """The parts of an answer; ``kind`` is "set" where their order does not count, empty for one part."""

    kind: str
    items: tuple[str, ...]


def collection(text: str) -> Collection:
    """The parts of a typed text; one that has no parts is its only part."""
    if len(pieces := _split(text, _UNION)) > 1:
        return Collection("union", pieces)
    opening, inner, closing = brackets(text)
    if opening == "\\{":
        return Collection("set", _split(inner, _SEPARATOR) if inner else ())
    if opening in ("(", "[", "\\langle"):
        items = _split(inner, _SEPARATOR)
        return Collection(opening + closing if len(items) > 1 else "", items)
    items = tuple(part for item in _split(text, _SEPARATOR) for part in _plus_minus(item))
    return Collection("set" if len(items) > 1 else "", items)


def brackets(text: str) -> tuple[str, str, str]:
    """The bracket that opens a text, what is in it, and the one that closes the text; else empty."""
    tokens = list(_TOKEN.finditer(text))
    if not tokens or tokens[0].start() or tokens[-1].end() != len(text):
        return "", text, ""
    depth = 0
    for token in tokens:
        depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        if depth <= 0 and token is not tokens[-1]:
            return "", text, ""
    opening, closing = tokens[0][0], tokens[-1][0]
    fits = closing == _OPENING.get(opening) or (opening in "([" and closing in ")]")
    if depth or not fits:
        return "", text, ""
    return opening, text[tokens[0].end() : tokens[-1].start()].strip(), closing


def _split(text: str, separator: re.Pattern[str]) -> tuple[str, ...]:
    """The text at the separators that are in no bracket; ", and" separates once."""
    levels, depth = [], 0
    tokens = {token.start(): token[0] for token in _TOKEN.finditer(text)}
    for place in range(len(text)):
        token = tokens.get(place, "")
        depth += (token in _OPENING) - (token in _CLOSING)
        levels.append(depth)
    pieces, start = [], 0
    for match in separator.finditer(text):
        if levels[match.start()] == 0:
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return tuple(piece.strip() for piece in pieces if piece.strip())


def _plus_minus(text: str) -> tuple[str, ...]:
    """``3\\pm 2`` as its two values."""
    if text.count("\\pm") != 1 or "\\mp" in text:
        return (text,)
    before, _, after = text.partition("\\pm")
    return f"{before}+{after}".strip().removeprefix("+").strip(), f"{before}-{after}".strip()
