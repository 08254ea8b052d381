"""Installed versions of libraries, as they enter content keys."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each distribution without its build ("+cpu"); "absent" if not installed."""
    versions = {}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    return versions
