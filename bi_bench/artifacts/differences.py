"""Lists the fields in which two JSON values differ."""

from __future__ import annotations

from collections.abc import Mapping

ABSENT = "absent"


def differences(before: object, after: object, path: str = "") -> dict[str, tuple[object, object]]:
    """Dotted paths at which two values differ, with both values; "absent" where one lacks it."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        result: dict[str, tuple[object, object]] = {}
        for key in sorted(before.keys() | after.keys()):
            deeper = f"{path}.{key}" if path else str(key)
            result |= differences(before.get(key, ABSENT), after.get(key, ABSENT), deeper)
        return result
    return {} if before == after else {path: (before, after)}
