"""Rules for base models: where they are, without network and torch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bi_bench.api import CAUSAL, LanguageModel, Pace
from bi_bench.api.boundary import calling
from bi_bench.api.checkpoint import check_checkpoint
from bi_bench.suite.revisions import source_of
from bi_bench.testing.case import Case, Fault, Rules

COMMIT = re.compile(r"[0-9a-f]{40}")


def source(case: Case[LanguageModel]) -> Iterator[Fault]:
    """source() gives a whole checkpoint folder or a hub id, with an identity that stays."""
    found = source_of(case.entry)
    case.made.append(found.identity)
    if found.folder is not None and case.plugin.kind == CAUSAL:
        check_checkpoint(found.folder)
    fixed = COMMIT.fullmatch(found.revision or "") or "revision" in case.cls.Params.model_fields
    if found.hub_id is not None and not fixed:
        yield Fault(
            "the hub model has no fixed revision",
            "give revision a commit, or add a parameter `revision`, which `bi-bench run` sets",
            case.at("source"),
        )


def pace(case: Case[LanguageModel]) -> Iterator[Fault]:
    """pace() gives two positive speeds, or None."""
    with calling("pace()", case.plugin.pace):
        found = case.plugin.pace()
    if found is not None and not (
        isinstance(found, Pace) and found.generated > 0 and found.trained > 0
    ):
        yield Fault(f"pace() returned {found!r:.60}", "return a Pace, or None", case.at("pace"))


RULES: Rules = {"source": source, "pace": pace}
