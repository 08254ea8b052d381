"""Checks plugins that a command names without a suite: ``--split``, ``--set KIND.KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from bi_bench.api import SPLITS, Plugin, Split, UserError, did_you_mean
from bi_bench.api.identity import Json
from bi_bench.plugins import Registered
from bi_bench.suite.overrides import apply_overrides
from bi_bench.suite.suite import Entry
from bi_bench.suite.validation import validate

T = TypeVar("T", bound=Plugin)


def check_split(split: str) -> Split:
    """The split; UserError if there is none of that name."""
    for known in SPLITS:
        if split == known:
            return known
    raise UserError(
        f'--split: "{split}" is not one of {", ".join(SPLITS)}{did_you_mean(split, SPLITS)}'
    )


def tables(overrides: Sequence[str] | None, names: Sequence[str]) -> dict[str, dict[str, Json]]:
    """``--set NAME.KEY=VALUE`` as one table for each of ``names``; UserError for other names."""
    found: dict[str, dict[str, Json]] = {name: {} for name in names}
    apply_overrides(found, overrides or ())
    for name, table in found.items():
        if name not in names or not isinstance(table, dict):
            allowed = " or ".join(f"{name}.KEY=VALUE" for name in names)
            raise UserError(f"--set {name}: write {allowed}")
    return found


def single_entry(
    registered: Registered[T], table: Mapping[str, Json], name: str, params: Mapping[str, Json] = {}
) -> Entry[T]:
    """A plugin with the parameters of ``table``, else those that it knows of ``params``.

    UserError naming the key of ``--set`` as NAME.KEY.
    """
    fields = registered.cls.Params.model_fields
    known = {key: value for key, value in params.items() if key in fields}
    checked = validate(registered.cls.Params, {**known, **table}, "--set", (name,))
    return Entry(registered, checked, registered.cls.name)
