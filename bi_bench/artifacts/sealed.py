"""Sealed records: JSON files with a digest of their content, which shows damage."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bi_bench.api.digest import digest_json
from bi_bench.artifacts.files import read_json, write_json

_DIGEST = "digest"


def write_sealed(path: Path, data: Mapping[str, Any]) -> None:
    """Write an object as JSON with its digest, atomically."""
    plain = json.loads(json.dumps(data))  # as a reader will see it
    write_json(path, {**plain, _DIGEST: digest_json(plain, finite=False)})


def read_sealed(path: Path, old: Collection[str]) -> tuple[dict[str, Any], str] | None:
    """The object in a file and its digest; None if it is missing or damaged.

    Files of before digests are taken as they are, the digest being empty; ``old`` are the names
    that these have at most, so that a damaged file whose digest has lost its name is not one of them.
    """
    data = read_json(path)
    if data is None:
        return None
    digest = data.pop(_DIGEST, None)
    if digest is None:
        return (data, "") if data.keys() <= set(old) else None
    return (data, digest) if digest == digest_json(data, finite=False) else None
