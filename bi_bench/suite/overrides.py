"""``--set KEY=VALUE``: overrides any key of a suite file before it is checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from bi_bench.api import UserError

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def apply_overrides(data: dict[str, Any], overrides: Sequence[str]) -> None:
    """Change ``data`` in place. Values are TOML; what is not TOML is taken as a plain string.

    ``matrix.strategies[1].reflection=0.2`` reaches into arrays; missing tables are created, so
    that a misspelt key is found by the check that follows.
    """
    for override in overrides:
        key, equals, text = override.partition("=")
        parts: list[str | int] = [
            name if name else int(index) for name, index in _PART.findall(key.strip())
        ]
        if not equals or not parts:
            raise UserError(f'--set "{override}": write KEY=VALUE, e.g. matrix.seeds=[0,1,2]')
        _assign(data, parts, parse_value(text.strip()), override)


def parse_value(text: str) -> Any:
    """A TOML value, or the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _assign(data: dict[str, Any], parts: list[str | int], value: Any, override: str) -> None:
    target: Any = data
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if isinstance(part, int):
            if not isinstance(target, list) or part >= len(target):
                raise UserError(f'--set "{override}": entry [{part}] does not exist')
            # An entry that is only a name becomes a table, so that parameters can be set on it.
            if not last and isinstance(target[part], str):
                target[part] = {"name": target[part]}
        elif isinstance(target, list):
            raise UserError(
                f'--set "{override}": this is a list; write [0], [1], ... before .{part}'
            )
        elif not isinstance(target, dict):
            raise UserError(f'--set "{override}": "{part}" is not inside a table')
        if last:
            target[part] = value
        else:
            target = target[part] if isinstance(part, int) else target.setdefault(part, {})
