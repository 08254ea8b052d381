"""What the tests of the benchmark of paths share: maps in both wordings, with and without branches."""

from __future__ import annotations

import random
import re

import pytest

from bi_bench.api import Problem
from bi_bench_plugins.benchmarks.paths import Paths, PathsParameters

WORLDS: dict[str, dict[str, object]] = {
    "natural": {},
    "embedded": {"tier": "embedded", "branches": 1},
    "stars": {"tier": "embedded", "branches": 0, "distractors": 6},
}


@pytest.fixture(scope="module", params=WORLDS)
def paths(request: pytest.FixtureRequest) -> Paths:
    return Paths(PathsParameters.model_validate(WORLDS[request.param]))


@pytest.fixture(scope="module")
def problems(paths: Paths) -> list[Problem]:
    return list(paths.problems("sft", 40, random.Random(0)))


def edges(question: str) -> list[tuple[str, str]]:
    """The edges that a question states, read without the benchmark."""
    told = re.findall(r"road leads from (\w+) to (\w+)\.", question)
    return told or re.findall(r"(\w) (\w) \.", question)


def ends(question: str) -> tuple[str, str]:
    """The start and the goal that a question asks about."""
    told = re.search(r"way from (\w+) to (\w+),", question) or re.search(r"\? (\w) (\w)$", question)
    assert told is not None
    return told[1], told[2]
