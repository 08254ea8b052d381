"""The names of places in the two wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from bi_bench_plugins.benchmarks.shared.embedded import LETTERS

_PLACES = tuple(
    (first + vowel + second + last).capitalize()
    for first, vowel, second, last in product("bdfglmrvz", "aou", "bdfklmnrv", "aiu")
)
NAMES: Mapping[str, Sequence[str]] = {"natural": _PLACES, "embedded": tuple(LETTERS)}
