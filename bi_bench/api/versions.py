"""The version of the plugin API, and installed versions of libraries, as they enter content keys."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable

API = 2
"""Raised whenever something is added that a plugin may need; what a plugin's ``requires_api`` asks for."""


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each distribution without its build ("+cpu"); "absent" if not installed."""
    versions = {}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    return versions
