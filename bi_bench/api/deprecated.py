"""Former names of the api, which work with a warning for one minor version."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import NamedTuple


class Renamed(NamedTuple):
    """The name of today, and the minor version, such as "0.2", that has renamed it."""

    now: str
    since: str


RENAMED: Mapping[str, Renamed] = {"BaseModel": Renamed("LanguageModel", "0.1")}
"""By former name. An entry of an earlier minor version than this one is to be deleted; a test says so."""


def name_today(name: str) -> str:
    """The name that a former one has now, with a DeprecationWarning; AttributeError if it is none."""
    if name not in RENAMED:
        raise AttributeError(f"module 'bi_bench.api' has no attribute {name!r}")
    renamed = RENAMED[name]
    warnings.warn(
        f"bi_bench.api.{name} is now {renamed.now} (since {renamed.since}); the former name goes with "
        "the next minor version",
        DeprecationWarning,
        stacklevel=3,  # whoever imports it
    )
    return renamed.now
