"""The sentences of a solved word problem, and the patterns that find them in a text."""

from __future__ import annotations

import re
import string

PHRASES = {
    "opening": (
        "Let us go through this step by step.",
        "I give each number we need a letter.",
        "Here is one step after the other.",
    ),
    "naming": (
        "{letter}: {words}",
        "Now for {letter}: {words}",
        "Let us look at {letter}: {words}",
    ),
    "computation": (
        "Then {letter} = {work}.",
        "So {letter} = {work}.",
        "This makes {letter} = {work}.",
    ),
    "attempt": (
        "But {missing} {are} not known yet, so {letter} stays open.",
        "It takes {missing} to get {letter}, which we do not have, so this has to wait.",
        "Without {missing} we cannot finish {letter} now.",
    ),
    "return": (
        "Back to {letter}: {words}",
        "We can return to {letter} now: {words}",
        "Now {letter} is due again: {words}",
    ),
    "restatement": (
        "Recall that {letter} is {phrase}.",
        "To get {letter} we take {phrase}.",
        "As we know, {letter} is {phrase}.",
    ),
    "answer": (
        "The answer is {value}.",
        "So the answer is {value}.",
        "This answers the question: {value}.",
    ),
}
_FIELDS = {
    "letter": "(?P<letter>[A-Z])",
    "work": r"(?P<work>[-+*/()=.0-9A-Z ]+)",
    "phrase": r"(?P<phrase>[-0-9A-Z() a-z]+)",
    "missing": r"(?P<missing>[^\n]+)",
    "are": "(?:is|are)",
    "words": "",  # whatever they are: the sentence is known by how it begins
}


def patterns(kind: str) -> list[re.Pattern[str]]:
    """The phrases of one kind as patterns with a group for each field."""
    return [re.compile(_pattern(phrase)) for phrase in PHRASES[kind]]


def _pattern(phrase: str) -> str:
    parts = string.Formatter().parse(phrase)
    return "".join(re.escape(text) + (_FIELDS[field] if field else "") for text, field, *_ in parts)
