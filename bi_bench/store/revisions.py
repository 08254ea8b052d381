"""The memory of hub commits: those of models that suites leave open, so that the hub is asked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bi_bench.api.errors import UserError
from bi_bench.artifacts.files import read_json
from bi_bench.artifacts.sealed import read_sealed, write_sealed

_FILE = "revisions.json"
_COMMIT = re.compile("[0-9a-f]{40}")


def write_revisions(root: Path, commits: Mapping[str, str]) -> None:
    """Remember the commits by hub id."""
    write_sealed(root / _FILE, {"revisions": dict(commits)})


def read_revisions(root: Path) -> dict[str, str]:
    """Commits by hub id. UserError where the file is damaged: asked again, the hub may name others."""
    file = root / _FILE
    if not file.exists():
        return {}
    data = read_json(file) or {}
    if "revisions" in data or "digest" in data:
        found = read_sealed(file, ())
        data = found[0]["revisions"] if found else {}
    if data and all(isinstance(c, str) and _COMMIT.fullmatch(c) for c in data.values()):
        return data
    raise UserError(
        f"{file}: damaged; it holds the commits of hub models for which suites give no revision. "
        "Set revision in the suite, or delete the file to use the newest commits"
    )
