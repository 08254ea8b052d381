"""Validates tuples that TOML can only write as lists."""

from __future__ import annotations

from typing import Any

import pydantic


def _tuple_of_list(value: Any) -> Any:
    # TOML has no tuples, and strict fields would refuse its lists.
    return tuple(value) if isinstance(value, list) else value


FROM_LIST = pydantic.BeforeValidator(_tuple_of_list)  # for the annotation of a tuple
