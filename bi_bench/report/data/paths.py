"""Removes paths of the machine from what is published."""

from __future__ import annotations

import re
from typing import Any

# At least two parts, and not inside a word, a relative path or the address of a page.
_POSIX = r"(?:\bfile://|(?<![\w.…/:~<-]))(?:~[\w.-]*)?(?:/[^\s/\"'`:;,()\[\]{}<>|]+){2,}/?"
_HOME = r"(?<![\w.…/:-])~[\w.-]*/[^\s/\"'`:;,()\[\]{}<>|]+/?"
_WINDOWS = r"(?<!\w)[A-Za-z]:\\[^\s\"'`:;,()\[\]{}<>|]+"
_PATH = re.compile("|".join((_POSIX, _HOME, _WINDOWS)))


def without_paths(value: Any) -> Any:
    """The same JSON value; of every absolute path in its texts only the last part is left.

    "/home/me/data/gsm8k" becomes "…/gsm8k". Relative paths and addresses of pages stay.
    """
    if isinstance(value, str):
        return _PATH.sub(_shortened, value) if "/" in value or "\\" in value else value
    if isinstance(value, dict):
        return {without_paths(name): without_paths(inner) for name, inner in value.items()}
    return [without_paths(inner) for inner in value] if isinstance(value, list) else value


def _shortened(found: re.Match[str]) -> str:
    last = re.split(r"[/\\]", found[0].rstrip("/\\"))[-1]
    return f"…/{last}"
