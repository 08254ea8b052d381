"""``bi-bench schema``: the JSON schema of suite files, for editors."""

from __future__ import annotations

import json

from bi_bench.cli.options import PluginOption


def schema(plugin: PluginOption = None) -> None:
    """Print the JSON schema of a suite, with the parameters of every plugin."""
    from bi_bench.plugins import discover
    from bi_bench.suite.json_schema import suite_schema

    print(json.dumps(suite_schema(discover(plugin or ())), indent=1, ensure_ascii=False))
