"""The errors that a user can act on; any other exception is a defect and keeps its traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something in the suite, a file or a plugin is wrong; the message states where and how to fix it.

    The command line prints it without a traceback and exits with code 2.
    """


class PluginError(UserError):
    """A plugin raised, or broke its contract; the failure record of a stage keeps the traceback."""


class Declined(Exception):  # noqa: N818 - an answer, no error
    """A stage that cannot be served, for a reason that the report shows; not a failure.

    What depends on the stage is skipped with the same reason.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GraphError(ValueError):
    """A reasoning graph that cannot be solved: a cycle, an unknown parent or a wrong value."""


def did_you_mean(wrong: str, allowed: Iterable[str]) -> str:
    """A hint like ``; did you mean "bridge"?`` with the closest allowed words, or an empty string."""
    close = difflib.get_close_matches(wrong, sorted(allowed), n=3, cutoff=0.6)
    return "; did you mean " + " or ".join(f'"{word}"' for word in close) + "?" if close else ""
