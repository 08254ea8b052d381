"""Limits on chat templates, which are foreign programs: time, memory, and no powers.

transformers runs them in a sandbox; that does not make them end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from jinja2 import Environment, TemplateError

from bi_bench.api import UserError
from bi_bench.api.boundary import memory_limit, time_limit

Template = str | Mapping[str, str] | None  # by name, where a tokenizer has several

SECONDS = 20.0  # for one prompt
MEMORY = 1_000_000_000  # bytes that rendering may add


@contextmanager
def bounded_rendering(template: Template) -> Iterator[None]:
    """UserError where rendering fails, takes too long or takes too much memory."""
    try:
        _check_powers(template)
        with time_limit(SECONDS), memory_limit(MEMORY):
            yield
    except MemoryError:
        raise UserError(
            f"defaults.prompt.template takes more than {MEMORY // 1_000_000} MB of memory"
        ) from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, OSError) as error:
        # TimeoutError is an OSError.
        raise UserError(f"defaults.prompt.template fails: {error}") from error
    except RecursionError as error:
        raise UserError(f"defaults.prompt.template recurses without end: {error}") from None


def _check_powers(template: Template) -> None:
    """ValueError for powers: 9**9**9 is a single operation, which no limit of time interrupts."""
    texts = template.values() if isinstance(template, Mapping) else [template]
    for text in texts:
        if any(token[1:] == ("operator", "**") for token in Environment().lex(str(text))):
            raise ValueError("** is not allowed in a chat template")
