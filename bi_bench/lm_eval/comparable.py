"""Decides whether two logs of a task may be compared, and names the field that differs if not."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from bi_bench.lm_eval.logs import Task
from bi_bench.lm_eval.results_file import DECISIVE
from bi_bench.lm_eval.samples import Asked

# The fields of Asked in the order in which a difference is told.
_MUST_AGREE = ("documents", "targets")
_MAY_DIFFER = ("prompts", "generation")
ACCEPTABLE = (*_MAY_DIFFER, "version", "num_fewshot", *DECISIVE)


class Decision(NamedTuple):
    """``refused``: why two logs must not be compared, empty if they may be.

    ``accepted``: one sentence for each field that differs with the reader's consent.
    """

    refused: str
    accepted: list[str]


def decide(one: Task, other: Task, accept: Collection[str]) -> Decision:
    """Whether two logs of a task may be compared; ``accept`` names fields that may differ."""
    accepted: list[str] = []
    if one.has_results and other.has_results:
        theirs = other.results.settings
        for field, value in one.results.settings.items():
            if value == theirs.get(field):
                continue
            if field not in accept:
                return Decision(
                    f"{field} differs ({_short(value)} and {_short(theirs.get(field))}); "
                    f"evaluate both alike, or say --accept {field}",
                    accepted,
                )
            accepted.append(f"{field} differs, which the reader accepted")
    common = common_documents(one, other)
    if not common:
        return Decision("no doc_id in common", accepted)
    for part in (*_MUST_AGREE, *_MAY_DIFFER):
        place = Asked._fields.index(part)
        differ = [d for d in common if one.asked[d][place] != other.asked[d][place]]
        if not differ:
            continue
        where = f"{part} differ at {len(differ)} of {len(common)} doc_ids, first {differ[0]}"
        if part not in accept:
            cause = _cause(one, other) if part == "prompts" else ""
            advice = f"; evaluate both alike, or say --accept {part}"
            return Decision(f"{where}{cause}{advice if part in _MAY_DIFFER else ''}", accepted)
        accepted.append(f"{where}, which the reader accepted")
    return Decision("", accepted)


def common_documents(one: Task, other: Task) -> list[str]:
    """The documents that both logs have, in the order of the first."""
    return [document for document in one.asked if document in other.asked]


def _cause(one: Task, other: Task) -> str:
    """The settings that make prompts differ."""
    theirs = other.results.prompting
    differ = [key for key, value in one.results.prompting.items() if value != theirs.get(key)]
    return f" ({', '.join(differ)} differ{'s' * (len(differ) == 1)})" if differ else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
