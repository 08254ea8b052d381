"""Detects settings that name kernels of the hub, whose code is never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def hub_kernel(settings: Any) -> str:
    """The kernel that settings name at any depth, as ``key = "owner/name"``; empty where they name none.

    transformers downloads and runs one that stands for an implementation of the attention or of the
    experts, whether the configuration of a model or a setting names it.
    """
    return next(_kernels(settings), "")


def _kernels(settings: Any) -> Iterator[str]:
    if isinstance(settings, list | tuple):
        settings = dict(enumerate(settings))
    if not isinstance(settings, Mapping):
        return
    for key, value in settings.items():
        if "implementation" in str(key):
            # One name, or one for each part of a model.
            names = value.values() if isinstance(value, Mapping) else [value]
            yield from (f'{key} = "{n}"' for n in names if isinstance(n, str) and "/" in n)
        yield from _kernels(value)
