"""Reads a suite file: TOML, overrides, schema, plugins and their parameters."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bi_bench.api import UserError, did_you_mean
from bi_bench.plugins import Registry, discover
from bi_bench.suite.overrides import apply_overrides
from bi_bench.suite.problems import key_path, validate
from bi_bench.suite.schema import Evaluate, SuiteFile
from bi_bench.suite.shown import check_figures, place_published
from bi_bench.suite.suite import Entry, Suite

AXES = ("benchmarks", "models", "strategies", "algorithms")


def load_suite(file: Path, overrides: Sequence[str] = ()) -> Suite:
    """The checked suite of a TOML file; UserError naming file and key path if anything is wrong."""
    data = _read(file)
    apply_overrides(data, overrides)
    checked: SuiteFile = validate(SuiteFile, data, file)
    plugin_files = tuple(_local_file(name, file) for name in checked.plugins)
    registry = discover(plugin_files)
    axes = {
        axis: _entries(registry, axis, getattr(checked.matrix, axis), file, ("matrix", axis))
        for axis in AXES
    }
    labels = [entry.label for entry in axes["strategies"]]
    reference = checked.report.reference or labels[0]
    if reference not in labels:
        hint = did_you_mean(reference, labels)
        raise UserError(
            f'{file}: report.reference: no strategy has the label "{reference}"{hint} '
            f"Labels: {', '.join(labels)}"
        )
    suite = Suite(
        name=checked.name,
        description=checked.description,
        seed=checked.seed,
        axes=axes,
        seeds=checked.matrix.seeds,
        analyses=_entries(registry, "analyses", checked.analyses, file, ("analyses",)),
        transfers=_transfers(registry, checked.defaults.evaluate, file),
        defaults=checked.defaults,
        reference=reference,
        plugin_files=plugin_files,
        source=data,
    )
    check_figures(checked.report.figures, suite, file)
    published = place_published(checked.report.published, suite, file)
    return replace(suite, figures=checked.report.figures, published=published)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        near = [other.name for other in file.parent.glob("*.toml")]
        raise UserError(f"{file}: no such file{did_you_mean(file.name, near)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: not valid TOML: {error}") from None


def _local_file(name: str, suite: Path) -> Path:
    file = (suite.parent / name).resolve()
    if not file.is_file():
        raise UserError(f'{suite}: plugins: there is no file "{name}" next to the suite')
    return file


def _entries(
    registry: Registry, axis: str, values: Sequence[Any], file: Path, path: tuple[str, ...]
) -> tuple[Entry, ...]:
    entries = []
    for index, value in enumerate(values):
        place: tuple[str | int, ...] = (*path, index)
        table = {"name": value} if isinstance(value, str) else value
        if not isinstance(table, dict) or not isinstance(table.get("name"), str):
            raise UserError(
                f"{file}: {key_path(place)}: write a plugin name or a table with one, like "
                f'{{ name = "{(registry.names(axis) or ["..."])[0]}" }}'
            )
        entries.append(_entry(registry, axis, dict(table), file, place))
    labels = [entry.label for entry in entries]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            raise UserError(
                f'{file}: {key_path((*path, index))}: "{label}" is listed twice; '
                "give the entries different labels"
            )
    return tuple(entries)


def _transfers(registry: Registry, evaluate: Evaluate, file: Path) -> tuple[Entry, ...]:
    path = ("defaults", "evaluate", "benchmarks")
    entries = _entries(registry, "benchmarks", evaluate.benchmarks, file, path)
    for index, entry in enumerate(entries):
        if not set(evaluate.splits) & set(entry.plugin.splits):
            raise UserError(
                f"{file}: {key_path((*path, index))}: {entry.label} has none of the splits that "
                f"are evaluated ({', '.join(evaluate.splits)}), but {', '.join(entry.plugin.splits)}"
            )
    return entries


def _entry(
    registry: Registry, axis: str, table: dict[str, Any], file: Path, path: tuple[str | int, ...]
) -> Entry:
    name, label = table.pop("name"), table.pop("label", None)
    if label is not None and (not isinstance(label, str) or not label.strip()):
        raise UserError(
            f"{file}: {key_path((*path, 'label'))}: a label is a text (given: {label!r})"
        )
    try:
        registered = registry.get(axis, name)
    except UserError as error:
        raise UserError(f"{file}: {key_path(path)}: {error}") from None
    params = validate(registered.cls.Params, table, file, path)
    return Entry(registered, params, label or name)
