"""The digest of plain JSON data, used as content keys and to check records in a store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def digest_json(data: Mapping[str, object], *, finite: bool = True) -> str:
    """SHA-256 of the canonical JSON of an object, as 64 hexadecimal digits.

    ``finite``: ValueError for numbers that are not.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=not finite)
    return hashlib.sha256(text.encode()).hexdigest()
