"""The final answer of a text, for verifiers that read more than numbers."""

from __future__ import annotations

import re

from bi_bench_plugins.benchmarks.word_problems.answers import last_answer

LONGEST = 4000  # characters of an answer; a longer one is none
_OPEN, _CLOSE = "<answer>", "</answer>"
_BOXED = re.compile(r"\s*\\boxed\s*\{.*\}\s*", re.DOTALL)


def given_answer(text: str) -> str | None:
    r"""What stands between the last pair of answer tags, else in the last ``\boxed{}``, else None.

    A box that is all there is between the tags is opened too.
    """
    end = text.rfind(_CLOSE)
    start = text.rfind(_OPEN, 0, end) if end >= 0 else -1
    if start < 0:
        return last_answer(text)
    inner = text[start + len(_OPEN) : end]
    if len(inner) <= LONGEST and _BOXED.fullmatch(inner):
        inner = last_answer(inner) or inner
    inner = inner.strip("\n")
    return inner if inner.strip() and len(inner) <= LONGEST else None
