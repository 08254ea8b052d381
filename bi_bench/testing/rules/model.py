"""Rules for base models: where they are, without network and torch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bi_bench.api import LanguageModel, ModelSource, Pace
from bi_bench.api.boundary import calling
from bi_bench.api.checkpoint import check_checkpoint
from bi_bench.testing.case import Case, Fault, Rules

COMMIT = re.compile(r"[0-9a-f]{40}")


def source(case: Case[LanguageModel]) -> Iterator[Fault]:
    """source() gives a whole checkpoint folder, or a hub id, with an identity that stays."""
    with calling("source()", case.plugin.source):
        found = case.plugin.source()
    place = case.at("source")
    if not isinstance(found, ModelSource):
        yield Fault(f"source() returned {found!r:.60}", "return a ModelSource", place)
        return
    case.made.append(found.identity)
    if not isinstance(found.identity, str) or not found.identity:
        yield Fault("the source has no identity", "use model_digest(folder)", place)
    if (found.folder is None) == (found.hub_id is None):
        yield Fault("the source needs a folder, or a hub_id", "give one of the two", place)
    if found.folder is not None:
        if not found.folder.is_dir():
            yield Fault(f"there is no folder {found.folder}", "name a folder that exists", place)
            return
        check_checkpoint(found.folder)
    elif (
        not COMMIT.fullmatch(found.revision or "")
        and "revision" not in case.cls.Params.model_fields
    ):
        yield Fault(
            "the hub model has no fixed revision",
            "give revision a commit, or add a parameter `revision`, which `bi-bench run` sets",
            place,
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
