"""Plugins that a command names without a suite: splits, ``--set KIND.KEY=VALUE``, parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bi_bench.api import Parameters, Split
    from bi_bench.plugins import Registered


def check_split(split: str) -> Split:
    """The split; UserError if there is none of that name."""
    from bi_bench.api import SPLITS, UserError, did_you_mean

    for known in SPLITS:
        if split == known:
            return known
    raise UserError(
        f'--split: "{split}" is not one of {", ".join(SPLITS)}{did_you_mean(split, SPLITS)}'
    )


def tables(overrides: Sequence[str] | None, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """``--set NAME.KEY=VALUE`` as one table for each of ``names``; UserError for other names."""
    from bi_bench.api import UserError
    from bi_bench.suite.overrides import apply_overrides

    found: dict[str, Any] = {name: {} for name in names}
    apply_overrides(found, overrides or ())
    if unknown := found.keys() - set(names):
        allowed = " or ".join(f"{name}.KEY=VALUE" for name in names)
        raise UserError(f"--set {unknown.pop()}: write {allowed}")
    return found


def parameters(registered: Registered, table: dict[str, Any], name: str) -> Parameters:
    """The checked parameters of a plugin; UserError naming the key of ``--set``."""
    from bi_bench.suite.validation import validate

    return validate(registered.cls.Params, table, "--set", (name,))
