"""Lists plugins and what is wrong with them, for people."""

from __future__ import annotations

from collections.abc import Iterator

from bi_bench.plugins import Registered, Registry


def rows(registry: Registry) -> Iterator[dict[str, str]]:
    """A row for each plugin, and one for each that could not be loaded.

    ``status``: "ok", "clash" where two of a kind have its name, or "broken".
    """
    clashing = clashes(registry)
    for entry in registry.found:
        yield {
            "kind": entry.kind,
            "name": entry.cls.name,
            "about": entry.cls.about(),
            "from": str(entry.origin),
            "status": "clash" if (entry.kind, entry.cls.name) in clashing else "ok",
        }
    for broken in registry.broken:
        yield {
            "kind": "?",
            "name": broken.name,
            "about": broken.cause,
            "from": str(broken.origin),
            "status": "broken",
        }


def troubles(registry: Registry) -> Iterator[tuple[str, str]]:
    """What is wrong with installed plugins, and the cause or the mend."""
    for broken in registry.broken:
        yield f"plugin {broken.name} ({broken.origin}) could not be loaded", broken.cause
    for name, seconds in registry.slow.items():
        yield f"plugin {name} took {seconds:.1f} s to load", "import heavy packages inside methods"
    for (kind, name), entries in clashes(registry).items():
        both = " and ".join(str(entry.origin) for entry in entries)
        yield f'{kind}: "{name}" is provided by {both}', "uninstall or rename one"


def clashes(registry: Registry) -> dict[tuple[str, str], list[Registered]]:
    """The plugins of one kind with the same name, by both: a suite cannot use these, but all others."""
    named: dict[tuple[str, str], list[Registered]] = {}
    for entry in registry.found:
        named.setdefault((entry.kind, entry.cls.name), []).append(entry)
    return {place: entries for place, entries in named.items() if len(entries) > 1}
