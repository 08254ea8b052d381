"""Completes names of plugins and suite files on the command line; answers within a keystroke.

Importing all plugins takes longer than that, so that their names are kept in a file of the user's cache
until a source of theirs changes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, suppress
from pathlib import Path

Names = dict[str, list[str]]  # by kind


def plugin_names(*kinds: str) -> Callable[[str], list[str]]:
    """Completes the name of a plugin of these kinds; of all kinds if none is given."""

    def complete(incomplete: str) -> list[str]:
        names = _names()
        chosen = {name for kind in kinds or names for name in names.get(kind, ())}
        return sorted(name for name in chosen if name.startswith(incomplete))

    return complete


def suite_files(incomplete: str) -> list[str]:
    """Completes a path to a TOML file by the folders and TOML files below what is written."""
    folder, _, start = incomplete.rpartition("/")
    written = f"{folder}/" if "/" in incomplete else ""
    found = []
    with suppress(OSError):
        for item in os.scandir(written or "."):
            if item.name.startswith(start) and not (item.name.startswith(".") and not start):
                if item.is_dir():
                    found.append(f"{written}{item.name}/")
                elif item.name.endswith(".toml"):
                    found.append(f"{written}{item.name}")
    return sorted(found)


def _names() -> Names:
    from bi_bench.artifacts.files import read_json, write_json

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    file, state = cache / "bi-bench" / "plugin-names.json", [*_state()]
    if (kept := read_json(file)) is not None and kept.get("state") == state:
        names: Names = kept["names"]
        return names
    from bi_bench.plugins import discover

    names = {}
    with redirect_stderr(io.StringIO()):  # a plugin that complains does so when it is used
        for entry in discover().found:
            names.setdefault(entry.kind, []).append(entry.cls.name)
    with suppress(OSError):
        write_json(file, {"state": state, "names": names})
    return names


def _state() -> Iterator[str]:
    """What changes when a plugin is installed, removed or edited."""
    import importlib.metadata
    import importlib.util

    yield os.environ.get("BI_BENCH_NO_PLUGINS", "")
    points = importlib.metadata.entry_points(group="bi_bench")
    for top in sorted({point.module.partition(".")[0] for point in points}):
        spec = importlib.util.find_spec(top)
        if spec is None:
            continue
        files = [Path(spec.origin)] if spec.origin else []
        for place in spec.submodule_search_locations or ():
            files += sorted(Path(place).rglob("*.py"))
        yield from (f"{file} {file.stat().st_mtime_ns}" for file in files)
