"""The benchmark behind a finished stage, made again from what the stage's record says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from bi_bench.api import Benchmark
    from bi_bench.artifacts.stage_record import StageRecord


def rebuild_benchmark(
    stage: StageRecord, plugin_files: Sequence[Path] = (), changes: Mapping[str, Any] = {}
) -> Benchmark:
    """The plugin object that asked and graded in a stage, ``changes`` over its parameters.

    It may be another version of the plugin than the one that made the stage. UserError where the
    plugin or a parameter is not known; ``plugin_files`` are files of plugins that are not installed.
    """
    from bi_bench.plugins import discover
    from bi_bench.suite.validation import validate

    wanted = stage.plugin("benchmark")
    registered = discover(plugin_files).get("benchmarks", wanted.name)
    table = {**wanted.params, **changes}
    checked = validate(registered.cls.Params, table, "benchmark", (wanted.name,))
    return cast("Benchmark", registered.cls(checked))
