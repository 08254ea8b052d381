"""Results on disk: one folder per stage, one record per run."""

from __future__ import annotations

from bi_bench.store.failure import Failure
from bi_bench.store.files import read_json, write_text
from bi_bench.store.garbage import Collected
from bi_bench.store.lock import Busy
from bi_bench.store.store import Damage, Store
from bi_bench.store.work import SCHEMA, Work

__all__ = [
    "SCHEMA",
    "Busy",
    "Collected",
    "Damage",
    "Failure",
    "Store",
    "Work",
    "read_json",
    "write_text",
]
