"""Results on disk: one folder per stage, one record per run."""

from __future__ import annotations

from bi_bench.store.garbage import Collected
from bi_bench.store.lock import Busy
from bi_bench.store.store import Damage, Store
from bi_bench.store.work import Work

__all__ = [
    "Busy",
    "Collected",
    "Damage",
    "Store",
    "Work",
]
