"""Assigns questions to splits, so that no question is in two splits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from bi_bench.api import Split

# Per cent of the train part. SFT owns most: only its problems with a graph may be of use.
SHARES: dict[Split, int] = {"pretrain": 5, "sft": 45, "val": 5, "rl": 40, "probe": 5}

_PUNCTUATION = re.compile(r"[.,;:!?'\"]+(?=\s|$)")


class Item(NamedTuple):
    """A row that was read and checked: ``place`` names it, ``difficulty`` is None if unknown."""

    place: str
    question: str
    answer: str
    solution: str
    difficulty: int | None
    kind: str = ""


class Division(NamedTuple):
    """The items of each split, and how many rows were left out, by reason."""

    splits: dict[Split, list[Item]]
    left_out: dict[str, int]


def normalised(question: str) -> str:
    """One form for all questions that differ in case, spacing or the punctuation of prose alone."""
    return "".join(_PUNCTUATION.sub("", question.casefold()).split())


def divide(train: Iterable[Item], test: Iterable[Item], harder_from: int) -> Division:
    """Items by split. A question counts once, test before train; the first row of it stays.

    ``harder_from``: difficulty from which test items are test-ood and train items belong to
    nothing; 0: no split is by difficulty and test-ood is empty.
    """
    splits: dict[Split, list[Item]] = {split: [] for split in SHARES}
    splits |= {"test-id": [], "test-ood": []}
    reasons = ("repeated in test", "repeated in train", "in test and train", "harder, in train")
    left_out = dict.fromkeys((*reasons, "difficulty unknown"), 0)
    tested: set[str] = set()
    trained: set[str] = set()
    for part, items in (("test", test), ("train", train)):
        for item in items:
            question = normalised(item.question)
            if question in (seen := tested if part == "test" else trained):
                left_out[f"repeated in {part}"] += 1
                continue
            seen.add(question)
            if part == "train" and question in tested:
                left_out["in test and train"] += 1
            elif harder_from and item.difficulty is None:
                left_out["difficulty unknown"] += 1
            elif harder_from and (item.difficulty or 0) >= harder_from:
                if part == "test":
                    splits["test-ood"].append(item)
                else:
                    left_out["harder, in train"] += 1
            else:
                splits["test-id" if part == "test" else _owner(question)].append(item)
    return Division(splits, left_out)


def _owner(question: str) -> Split:
    place = int.from_bytes(hashlib.sha256(question.encode()).digest()[:8], "big") % 100
    for split, share in SHARES.items():
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares add up to less than 100")
