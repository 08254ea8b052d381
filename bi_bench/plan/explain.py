"""Explains a content key: which fields of an identity differ from a stored one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bi_bench.api.identity import Identity

ABSENT = "absent"


def differences(before: object, after: object, path: str = "") -> dict[str, tuple[object, object]]:
    """Dotted paths at which two identities differ, with both values; "absent" where one lacks it."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        result: dict[str, tuple[object, object]] = {}
        for key in sorted(before.keys() | after.keys()):
            deeper = f"{path}.{key}" if path else str(key)
            result |= differences(before.get(key, ABSENT), after.get(key, ABSENT), deeper)
        return result
    return {} if before == after else {path: (before, after)}


def nearest(identity: Identity, records: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The stage record whose identity differs in the fewest fields; None without records."""
    return min(
        records,
        key=lambda record: len(differences(record["identity"], identity)),
        default=None,
    )
