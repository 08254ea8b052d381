"""``bi-bench plugins``: lists installed and broken plugins; ``show`` describes one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bi_bench.cli.options import JsonOption, PluginNameArgument, PluginOption


class _ListUnlessNamed(TyperGroup):
    """``bi-bench plugins`` and ``bi-bench plugins FILE`` are ``list``, which need not be written."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] == "--help")
        if not named and not ctx.resilient_parsing:  # that is: while the shell completes
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


plugins = typer.Typer(
    name="plugins",
    cls=_ListUnlessNamed,
    help="List all plugins with their origin, and why broken ones failed to load; or show one.",
)


@plugins.command("list")
def list_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Plugin files to list besides the installed plugins."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List all plugins; "bi-bench plugins" alone does the same."""
    from tabulate import tabulate

    from bi_bench.listing import rows
    from bi_bench.plugins import discover

    table = list(rows(discover(files or ())))
    if as_json:
        print(json.dumps(table))
    else:
        print(tabulate(table, headers="keys", maxcolwidths=[None, None, 70, None, None]))


@plugins.command()
def show(
    name: PluginNameArgument, plugin: PluginOption = None, as_json: JsonOption = False
) -> None:
    """Describe a plugin: its parameters, what it needs, an example for a suite, where it is."""
    from tabulate import tabulate

    from bi_bench.plugins import discover
    from bi_bench.suite.plugin_page import plugin_page

    pages = [plugin_page(entry) for entry in discover(plugin or ()).called(name)]
    if as_json:
        print(json.dumps([page.to_json() for page in pages]))
        return
    for page in pages:
        print(f"{page.name} ({page.kind})\n\n{page.about}\n")
        print(tabulate(page.facts.items(), tablefmt="plain"), end="\n\n")
        parameters = [row._asdict() for row in page.parameters]
        widths = [None, 30, 20, 24, 50]
        print(tabulate(parameters, headers="keys", maxcolwidths=widths, disable_numparse=True))
        print(f"\n{page.example}\n" if page.example else "")
