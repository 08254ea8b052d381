"""Draws the entries of a split: no question is in two splits, and none is twice in one."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from bi_bench.api import Split, UserError
from bi_bench_plugins.benchmarks.gym.library import dataset
from bi_bench_plugins.benchmarks.shared.splits import owner
from bi_bench_plugins.benchmarks.word_problems.splits import normalised

_CHUNK = 500  # entries drawn with one seed of the package
_PATIENCE = 4  # chunks in a row without a new question before a split counts as exhausted


class Drawn(NamedTuple):
    """Entries as plain JSON values, and how many draws were left out, by reason."""

    entries: list[dict[str, Any]]
    left_out: Counter[str]


def draw(name: str, config: Mapping[str, Any], split: Split, n: int, rng: random.Random) -> Drawn:
    """``n`` entries whose questions a hash gives to ``split``, or as many as can be found.

    The package seeds entry i with seed + i, so two seeds may lead to the same entries; the hash
    tells the splits apart whatever the seeds are.
    """
    found: dict[str, dict[str, Any]] = {}
    left_out: Counter[str] = Counter()
    barren = 0
    while len(found) < n and barren < _PATIENCE:
        before = len(found)
        entries = dataset(name, config, rng.randrange(2**31), _CHUNK)
        for index in range(_CHUNK):
            try:
                entry = _plain(name, entries[index])
            except ArithmeticError:  # some generators meet a division by zero now and then
                left_out["could not be made"] += 1
                continue
            question = normalised(entry["question"])
            if owner(hashlib.sha256(question.encode()).hexdigest()) != split:
                continue
            if question in found:
                left_out["drawn again"] += 1
                continue
            found[question] = entry
            if len(found) == n:
                break
        barren = 0 if len(found) > before else barren + 1
    return Drawn(list(found.values()), left_out)


def _plain(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from a file: graded as it was drawn, or found out to be not gradable."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(entry))
    except (TypeError, ValueError) as error:
        raise UserError(
            f'reasoning-gym: problems of "{name}" cannot be kept as JSON ({error}); take another dataset'
        ) from None
    return plain
