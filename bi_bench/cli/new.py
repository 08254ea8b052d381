"""``bi-bench new``: writes a new plugin with its tests."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import indent
from typing import Annotated

import typer


def new(
    kind: Annotated[
        str,
        typer.Argument(help="Kind of the plugin, such as strategy or reward.", show_default=False),
    ],
    name: Annotated[
        str, typer.Argument(help="Name that suites write, like my-plugin.", show_default=False)
    ],
    package: Annotated[
        bool, typer.Option("--package", help="Write a package to install, in a folder of its own.")
    ] = False,
) -> None:
    """Write a new plugin that works, with its tests, into the working folder."""
    from bi_bench.testing.new import new as write
    from bi_bench.testing.new import suite_entry

    files = write(kind, name, Path.cwd(), package=package)
    for file in files:
        print(f"wrote {os.path.relpath(file)}")
    plugin, tests = os.path.relpath(files[0]), os.path.relpath(files[1])
    use = suite_entry(kind, name)
    if package:
        folder = os.path.relpath(files[2].parent)
        steps = [f"python -m pip install --editable ./{folder}", f"python -m pytest {folder}"]
    else:
        use = f'plugins = ["./{plugin}"]\n\n{use}'
        steps = [f"bi-bench check {plugin}", f"python -m pytest {tests}"]
    print("\nNext:", *steps, sep="\n  ")
    print("\nIn a suite:\n", indent(use, "  "), sep="\n")
