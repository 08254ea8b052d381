"""YAML of plain values, every text quoted: nothing in a label can be structure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bi_bench.report.text import plain


def to_yaml(value: Any, indent: str = "") -> str:
    """Mappings and lists in block style, one line an entry; ends in a newline."""
    if isinstance(value, Mapping):
        return "".join(f"{indent}{name}:{_after(entry, indent)}" for name, entry in value.items())
    return "".join(_item(entry, indent) for entry in value)


def _after(value: Any, indent: str) -> str:
    if isinstance(value, Mapping | list) and value:
        return "\n" + to_yaml(value, indent + "  ")
    return f" {_scalar(value)}\n"


def _item(value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and value:
        inner = to_yaml(value, indent + "  ")
        return f"{indent}- {inner[len(indent) + 2 :]}"
    return f"{indent}- {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    # Without control characters and halves of one, a JSON string is a YAML string.
    return json.dumps(plain(value) if isinstance(value, str) else value, ensure_ascii=False)
