"""Explains a content key: which fields of an identity differ from a stored one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bi_bench.artifacts.differences import differences
from bi_bench.artifacts.stage_record import StageRecord


def nearest(identity: Mapping[str, Any], records: Iterable[StageRecord]) -> StageRecord | None:
    """The stage record whose identity differs in the fewest fields; None if there is no record."""
    return min(
        records,
        key=lambda record: len(differences(record.identity, identity)),
        default=None,
    )
