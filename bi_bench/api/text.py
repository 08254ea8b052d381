"""Reads text files written by people: suites, templates, data, logs.

UTF-8, with or without a byte order mark, and UTF-16 and UTF-32 with one. Any other content is an
error with file, line and byte, because a guessed character would be trained on.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api.errors import UserError

# The mark of UTF-32 begins like that of UTF-16.
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MEND = "save the file as UTF-8"


class JsonLine(NamedTuple):
    """One line of a JSONL file: its number from 1, and its value or what is wrong with the line."""

    number: int
    value: Any
    fault: str = ""


def read_text(file: Path) -> str:
    """The text of a file, without byte order mark and with ``\\n`` at the end of every line.

    UserError naming file, line and what to do if it cannot be read or is not text.
    """
    try:
        data = file.read_bytes()
        text = data.decode(_encoding(data))
    except OSError as error:
        raise _unreadable(file, error) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].decode(error.encoding).count("\n") + 1
        raise UserError(f"{file}:{line}: {_what(error)}; {_MEND}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(
            f"{file}:{line}: a NUL character: not text, or UTF-16 without a byte order mark; {_MEND}"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(file: Path) -> Any:
    """The JSON value in a file; UserError naming file and line if it is not JSON."""
    try:
        return json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise UserError(f"{file}:{error.lineno}: not JSON ({error.msg})") from None
    except (ValueError, RecursionError) as error:  # a number, or a depth, beyond all measure
        raise UserError(f"{file}: not JSON ({error})") from None


def json_lines(file: Path) -> Iterator[JsonLine]:
    """The lines of a JSONL file, one at a time; blank lines are skipped.

    A line that is not JSON carries its fault. UserError if the file as a whole cannot be read.
    """
    for number, line, fault in text_lines(file):
        if not fault and not line.strip():
            continue
        value = None
        if not fault:
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:  # RecursionError: brackets without end
                fault = f"not JSON ({error})"
        yield JsonLine(number, value, fault)


def text_lines(file: Path) -> Iterator[tuple[int, str, str]]:
    """Number, text and fault of each line, without reading a large file at once.

    UserError if the file as a whole cannot be read.
    """
    try:
        with file.open("rb") as stream:
            wide = _encoding(stream.peek(4)) != "utf-8-sig"
            for number, line in enumerate(() if wide else stream, start=1):
                try:
                    # A mark in the middle of a file is left over from files that were joined.
                    yield number, line.decode("utf-8-sig"), ""
                except UnicodeDecodeError as error:
                    yield number, "", f"{_what(error)}; {_MEND}"
    except OSError as error:
        raise _unreadable(file, error) from None
    if wide:
        for number, text in enumerate(read_text(file).split("\n"), start=1):
            yield number, text, ""


def is_text(text: str) -> bool:
    """True if ``text`` is free of lone surrogates, which neither UTF-8 nor a tokenizer can encode."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _unreadable(file: Path, error: OSError) -> UserError:
    return UserError(f"{file}: cannot be read: {error.strerror or error}")


def _encoding(start: bytes) -> str:
    return next((name for mark, name in _WIDE.items() if start.startswith(mark)), "utf-8-sig")


def _what(error: UnicodeDecodeError) -> str:
    name = "UTF-8" if error.encoding.startswith("utf-8") else error.encoding.upper()
    return f"not {name}: byte 0x{error.object[error.start]:02x} stands for no character"
