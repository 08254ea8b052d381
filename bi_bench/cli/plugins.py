"""``bi-bench plugins``: lists installed and broken plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bi_bench.cli.options import JsonOption


def plugins(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Plugin files to list besides the installed plugins."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List all plugins with their origin, and why broken ones failed to load."""
    from tabulate import tabulate

    from bi_bench.plugins import discover

    registry = discover(files or ())
    rows: list[dict[str, Any]] = [
        {
            "kind": entry.kind,
            "name": entry.cls.name,
            "about": entry.cls.about(),
            "from": str(entry.origin),
            "status": "ok",
        }
        for entry in registry.found
    ]
    rows += [
        {
            "kind": "?",
            "name": broken.name,
            "about": broken.cause,
            "from": str(broken.origin),
            "status": "broken",
        }
        for broken in registry.broken
    ]
    if as_json:
        print(json.dumps(rows))
    else:
        print(tabulate(rows, headers="keys", maxcolwidths=[None, None, 70, None, None]))
