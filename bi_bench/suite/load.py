"""Reads a suite file: TOML, overrides, schema, plugins and their parameters."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bi_bench.api import (
    Algorithm,
    Analysis,
    Benchmark,
    Decoder,
    Engine,
    LanguageModel,
    Plugin,
    Strategy,
    UserError,
    did_you_mean,
)
from bi_bench.api.boundary import describe
from bi_bench.api.errors import PluginError
from bi_bench.api.text import read_text
from bi_bench.plugins import Registered, Registry, discover
from bi_bench.suite.overrides import apply_overrides
from bi_bench.suite.report_settings import check_figures, place_published, settle_primary
from bi_bench.suite.schema import TEMPLATES, Defaults, EngineTable, Evaluate, MatrixTable, SuiteFile
from bi_bench.suite.suite import Axes, Entry, Matrix, Suite
from bi_bench.suite.validation import key_path, validate

T = TypeVar("T", bound=Plugin)
KeyPath = tuple[str | int, ...]


def load_suite(file: Path, overrides: Sequence[str] = (), engine: str = "") -> Suite:
    """The checked suite of a TOML file; UserError naming file and key path if anything is wrong.

    ``engine`` is used instead of the one in the file, whose parameters are not for another one.
    """
    data = _read(file)
    if engine and _engine_name(data) != engine:
        data["engine"] = {"name": engine}
    apply_overrides(data, overrides)
    checked = validate(SuiteFile, data, file)
    plugin_files = tuple(_local_file(name, file) for name in checked.plugins)
    registry = discover(plugin_files)
    matrices = _matrices(registry, data["matrix"], file)
    labels = [entry.label for matrix in matrices for entry in matrix.axes.strategies]
    reference = checked.report.reference or labels[0]
    if reference not in labels:
        hint = did_you_mean(reference, labels)
        raise UserError(
            f'{file}: report.reference: no strategy has the label "{reference}"{hint} '
            f"Labels: {', '.join(dict.fromkeys(labels))}"
        )
    suite = Suite(
        name=checked.name,
        description=checked.description,
        seed=checked.seed,
        matrices=matrices,
        engine=_engine(registry, checked.engine, file),
        analyses=_entries(registry, Analysis, checked.analyses, file, ("analyses",)),
        decoders=_entries(registry, Decoder, checked.decoders, file, ("decoders",)),
        transfers=_transfers(registry, checked.defaults.evaluate, file),
        defaults=_with_template(checked.defaults, file),
        reference=reference,
        plugin_files=plugin_files,
        source={key: value for key, value in data.items() if key != "engine"},
        registry=registry,
    )
    check_figures(checked.report.figures, suite, file)
    published = place_published(checked.report.published, suite, file)
    primary = settle_primary(checked.report.primary, suite, file)
    return replace(suite, figures=checked.report.figures, published=published, primary=primary)


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        near = [other.name for other in file.parent.glob("*.toml")]
        raise UserError(f"{file}: no such file{did_you_mean(file.name, near)}")
    try:
        return tomllib.loads(read_text(file))
    except (ValueError, RecursionError) as error:  # RecursionError: brackets without end
        raise UserError(f"{file}: not valid TOML: {error}") from None


def _engine_name(data: dict[str, Any]) -> object:
    table = data.get("engine")
    return table.get("name") if isinstance(table, dict) else None


def _engine(registry: Registry, table: EngineTable, file: Path) -> Entry[Engine]:
    name = table.name or _default_engine(registry, file)
    registered = _registered(registry, Engine, name, file, ("engine",))
    params = validate(registered.cls.Params, table.model_extra, file, ("engine",))
    return Entry(registered, params, name, "engine")


def _default_engine(registry: Registry, file: Path) -> str:
    engines = registry.of(Engine)
    if len(names := [entry.cls.name for entry in engines if entry.cls.default]) == 1:
        return names[0]
    found = f"{' and '.join(names) or 'none'} of {', '.join(registry.names(Engine)) or 'none'}"
    raise UserError(
        f"{file}: engine: exactly one engine must be the default, not {found}; name one with "
        "--engine NAME, or as engine.name in the suite"
    )


def _with_template(defaults: Defaults, suite: Path) -> Defaults:
    """The text of a chat template in place of its file's name: so it decides the key, not the path."""
    name = defaults.prompt.template
    if name in TEMPLATES:
        return defaults
    file = suite.parent / name
    where = f"{suite}: defaults.prompt.template"
    if not file.is_file():
        hint = did_you_mean(name, TEMPLATES)
        raise UserError(
            f'{where}: file "{name}" not found next to the suite{hint} Write "none", "model" (the '
            "tokenizer's own) or the name of a file with a Jinja template"
        )
    try:
        text = read_text(file)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    if "messages" not in text:
        raise UserError(f'{where}: {file} never mentions "messages", so it is not a chat template')
    prompt = defaults.prompt.model_copy(update={"template": text})
    return defaults.model_copy(update={"prompt": prompt})


def _local_file(name: str, suite: Path) -> Path:
    file = (suite.parent / name).resolve()
    if not file.is_file():
        raise UserError(f'{suite}: plugins: file "{name}" not found next to the suite')
    return file


def _matrices(registry: Registry, given: object, file: Path) -> tuple[Matrix, ...]:
    """Each table of the matrix; axes that a later one leaves out are those of the first."""
    if not isinstance(given, list):
        return (_matrix(registry, given, None, (), file, ("matrix",)),)
    if not given or not all(isinstance(table, dict) for table in given):
        raise UserError(
            f"{file}: matrix: write [matrix], or [[matrix]] above each of several tables"
        )
    matrices: list[Matrix] = []
    for index, table in enumerate(given):
        main = matrices[0].axes if matrices else None
        whole = {**given[0], **table}
        matrices.append(_matrix(registry, whole, main, table, file, ("matrix", index)))
    _refuse_ambiguous_labels(matrices, file)
    return tuple(matrices)


def _matrix(
    registry: Registry,
    table: object,
    main: Axes | None,
    own: Collection[str],
    file: Path,
    path: KeyPath,
) -> Matrix:
    """``main`` are the axes of the first matrix; those that are not among ``own`` are taken over."""
    checked = validate(MatrixTable, table, file, path)

    def entries(axis: str, base: type[T]) -> tuple[Entry[T], ...]:
        if main is not None and axis not in own:
            inherited: tuple[Entry[T], ...] = getattr(main, axis)
            return inherited
        return _entries(registry, base, getattr(checked, axis), file, (*path, axis))

    axes = Axes(
        entries("benchmarks", Benchmark),
        entries("models", LanguageModel),
        entries("strategies", Strategy),
        entries("algorithms", Algorithm),
    )
    return Matrix(axes, checked.seeds)


def _refuse_ambiguous_labels(matrices: Sequence[Matrix], file: Path) -> None:
    known: dict[tuple[str, str], Entry] = {}
    for matrix in matrices:
        axes = zip(Axes._fields, matrix.axes, strict=True)
        for axis, entry in ((name, entry) for name, entries in axes for entry in entries):
            if (other := known.setdefault((axis, entry.label), entry)) != entry:
                raise UserError(
                    f'{file}: {entry.place}: "{entry.label}" is another entry at {other.place}; '
                    "give one of them another label"
                )


def _entries(
    registry: Registry, base: type[T], values: Sequence[object], file: Path, path: KeyPath
) -> tuple[Entry[T], ...]:
    entries = []
    for index, value in enumerate(values):
        place: KeyPath = (*path, index)
        table = {"name": value} if isinstance(value, str) else value
        if not isinstance(table, dict) or not isinstance(table.get("name"), str):
            raise UserError(
                f"{file}: {key_path(place)}: write a plugin name or a table with one, like "
                f'{{ name = "{(registry.names(base) or ["..."])[0]}" }}'
            )
        entries.append(_entry(registry, base, dict(table), file, place))
    labels = [entry.label for entry in entries]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            raise UserError(
                f'{file}: {key_path((*path, index))}: "{label}" is listed twice; '
                "give the entries different labels"
            )
    return tuple(entries)


def _transfers(registry: Registry, evaluate: Evaluate, file: Path) -> tuple[Entry[Benchmark], ...]:
    path = ("defaults", "evaluate", "benchmarks")
    entries = _entries(registry, Benchmark, evaluate.benchmarks, file, path)
    for index, entry in enumerate(entries):
        if not set(evaluate.splits) & set(entry.plugin.splits):
            raise UserError(
                f"{file}: {key_path((*path, index))}: {entry.label} has none of the splits that "
                f"are evaluated ({', '.join(evaluate.splits)}), but {', '.join(entry.plugin.splits)}"
            )
    return entries


def _entry(
    registry: Registry, base: type[T], table: dict[str, Any], file: Path, path: KeyPath
) -> Entry[T]:
    name, label = table.pop("name"), table.pop("label", None)
    if label is not None and (not isinstance(label, str) or not label.strip()):
        raise UserError(
            f"{file}: {key_path((*path, 'label'))}: a label is a string (given: {label!r})"
        )
    registered = _registered(registry, base, name, file, path)
    try:
        params = validate(registered.cls.Params, table, file, path)
    except UserError:
        raise
    except Exception as error:  # validators of a plugin may raise anything
        raise PluginError(f"{file}: {key_path(path)}: {describe(error)}") from error
    return Entry(registered, params, label or name, key_path(path))


def _registered(
    registry: Registry, base: type[T], name: str, file: Path, path: KeyPath
) -> Registered[T]:
    try:
        return registry.get(base, name)
    except UserError as error:
        raise UserError(f"{file}: {key_path(path)}: {error}") from None
