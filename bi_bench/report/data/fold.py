"""Folds JSON values to a fraction of their size, and unfolds them to exactly what they were.

What occurs more than once is written once and named by its number (``$same``); rows with the same
columns are written as columns (``$columns``); lists with few different values as one character an
entry (``$few``); lists of single-precision numbers with as many digits as they need (``$float32``).
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHORTEST = 8  # entries of a list that is worth another form
LARGEST = 200_000_000  # characters of what is unfolded; the largest record of ours has 6 million
_TOO_LARGE = f"it unfolds to more than {LARGEST // 1_000_000} MB"
_SHARED = 40  # characters of a value that is worth a number


def fold(value: Any) -> tuple[Any, list[Any]]:
    """The folded value, and the list that its ``$same`` numbers point into.

    An entry of the list points to earlier ones only. The same value always folds in the same way.
    """
    coded = _code(value)
    counts: Counter[str] = Counter()
    _count(coded, counts)
    shared: list[Any] = []
    return _share(coded, counts, shared, {}), shared


def unfold(value: Any, shared: Sequence[Any]) -> Any:
    """The value that was folded; equal parts of it are the same object.

    ValueError, KeyError or TypeError where it was not made by :func:`fold`, or where it is larger
    than ``LARGEST``: a few references to references make gigabytes of a few lines.
    """
    known: list[Any] = []
    sizes: dict[int, int] = {}
    for entry in shared:
        known.append(_decode(entry, known))
        _size(known[-1], sizes)
    found = _decode(value, known)
    _size(found, sizes)
    return found


def _size(value: Any, sizes: dict[int, int]) -> int:
    """About as many characters as the text of a value has; ``sizes`` has parts that are known.

    Parts are known by their ``id``: the caller keeps them all alive.
    """
    if not isinstance(value, dict | list):
        return len(value) + 2 if isinstance(value, str) else 8
    if (known := sizes.get(id(value))) is None:
        names = sum(len(name) for name in value) if isinstance(value, dict) else 0
        known = 2 + names + sum(_size(inner, sizes) for inner in _inner(value))
        if known > LARGEST:
            raise ValueError(_TOO_LARGE)
        sizes[id(value)] = known
    return known


def _code(value: Any) -> Any:
    if isinstance(value, Mapping):
        if any(name.startswith("$") for name in value):
            return {"$dict": [list(value), [_code(inner) for inner in value.values()]]}
        return {name: _code(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return _code_list(list(value))
    if isinstance(value, float) and not isfinite(value):  # JSON has no such numbers
        return {"$float": repr(value)}
    return value


def _code_list(values: list[Any]) -> Any:
    if len(values) > 1 and isinstance(values[0], dict) and values[0]:
        names = list(values[0])
        if all(isinstance(row, dict) and list(row) == names for row in values):
            columns = [_code([row[name] for row in values]) for name in names]
            return {"$columns": [names, columns]}
    if len(values) >= _SHORTEST:
        width = _width(values)
        flat = [entry for row in values for entry in row] if width else values
        if few := _few(flat):
            return few | ({"width": width} if width else {})
        if not width and (short := _float32(values)):
            return {"$float32": short}
    return [_code(entry) for entry in values]


def _width(values: list[Any]) -> int:
    """The length that all these lists have; 0 where they are no lists, or differ."""
    lengths = {len(entry) if isinstance(entry, list) else 0 for entry in values}
    return lengths.pop() if len(lengths) == 1 else 0


def _few(values: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(e, str | int | None) or _is_finite(e) for e in values):
        return None
    # By type too: True, 1 and 1.0 are equal and not the same; so are 0.0 and -0.0.
    different = {(type(entry), repr(entry)): entry for entry in values}
    if len(different) > min(len(_DIGITS), len(values) // 2):
        return None
    digits = dict(zip(different, _DIGITS, strict=False))
    at = "".join(digits[type(entry), repr(entry)] for entry in values)
    return {"$few": list(different.values()), "at": at}


def _float32(values: list[Any]) -> list[Any] | None:
    """The shortest numbers that single precision cannot tell from these; None if some is finer."""
    short = []
    for value in values:
        if not _is_finite(value) or abs(value) > 3e38 or _single(value) != value:
            return None
        texts = (f"{value:.{digits}g}" for digits in range(1, 18))
        short.append(next(float(text) for text in texts if _single(float(text)) == value))
    return short


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value)


def _single(value: float) -> float:
    number: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return number


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=False, separators=(",", ":"))


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _count(value: Any, counts: Counter[str]) -> None:
    if isinstance(value, dict | list | str):
        text = _text(value)
        if len(text) < _SHARED:
            return
        counts[text] += 1
        if counts[text] > 1:  # what is in it is written once, with it
            return
    for inner in _inner(value):
        _count(inner, counts)


def _share(value: Any, counts: Counter[str], shared: list[Any], at: dict[str, int]) -> Any:
    if not isinstance(value, dict | list | str):
        return value
    text = _text(value)
    if text in at:
        return {"$same": at[text]}
    if isinstance(value, dict):
        out: Any = {name: _share(inner, counts, shared, at) for name, inner in value.items()}
    elif isinstance(value, list):
        out = [_share(inner, counts, shared, at) for inner in value]
    else:
        out = value
    if counts[text] < 2:
        return out
    at[text] = len(shared)
    shared.append(out)
    return {"$same": at[text]}


def _decode(value: Any, known: Sequence[Any]) -> Any:
    if isinstance(value, list):
        return [_decode(entry, known) for entry in value]
    if isinstance(value, float) and not isfinite(value):  # JSON that somebody else wrote
        raise ValueError(f"{value} is not a finite number")
    if not isinstance(value, dict):
        return value
    if "$same" in value:
        number = value["$same"]
        if not 0 <= number < len(known):
            raise ValueError(f"$same {number} points to nothing before it")
        return known[number]
    inner = {name: _decode(entry, known) for name, entry in value.items()}
    if "$dict" in inner:
        return dict(zip(*inner["$dict"], strict=True))
    if "$float" in inner:
        return float(inner["$float"])
    if "$float32" in inner:
        return [_single(entry) for entry in inner["$float32"]]
    if "$columns" in inner:
        names, columns = inner["$columns"]
        if columns and 8 * len(names) * len(columns[0]) > LARGEST:  # not even made
            raise ValueError(_TOO_LARGE)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    if "$few" in inner:
        entries = [inner["$few"][_DIGITS.index(digit)] for digit in inner["at"]]
        width = inner.get("width", 0)
        starts = range(0, len(entries), width) if width else ()
        return [entries[n : n + width] for n in starts] if width else entries
    return inner
