"""Questions about paths: what they state, what is asked, and the shape of the maps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pydantic
import pytest

from bi_bench.api import Problem
from bi_bench_plugins.benchmarks.paths import Paths, PathsParameters
from bi_bench_plugins.models.tiny.vocabulary import embedded_words
from tests.plugins.benchmarks.paths.conftest import edges, ends


def depths(question: str, start: str) -> Mapping[str, int]:
    """How far each place that can be reached is from the start."""
    found = {start: 0}
    stated = edges(question)
    while new := {b: found[a] + 1 for a, b in stated if a in found and b not in found}:
        found |= new
    return found


def test_the_answer_is_the_only_way_along_the_stated_edges(problems: list[Problem]) -> None:
    for problem in problems:
        before = {after: place for place, after in edges(problem.question)}
        assert len(before) == len(edges(problem.question))  # one way into each place
        start, goal = ends(problem.question)
        path = [goal]
        while path[-1] in before:
            path.append(before[path[-1]])
        assert path[-1] == start
        assert problem.answer.split() == path[::-1]
        assert len(path) - 1 == problem.metadata["ops"]


def test_nothing_at_the_first_turn_tells_the_right_arm(
    paths: Paths, problems: list[Problem]
) -> None:
    for problem in problems:
        start, _ = ends(problem.question)
        stated = Counter(place for place, _ in edges(problem.question))
        assert stated[start] == paths.params.arms
        fewest, most = paths.params.length
        assert fewest <= max(depths(problem.question, start).values()) <= most


def test_what_is_apart_cannot_be_reached(paths: Paths, problems: list[Problem]) -> None:
    for problem in problems:
        reached = depths(problem.question, ends(problem.question)[0])
        apart = [edge for edge in edges(problem.question) if edge[0] not in reached]
        assert len(apart) == paths.params.distractors


def test_paths_out_of_distribution_are_longer_than_all_others(paths: Paths) -> None:
    (harder,) = paths.problems("test-ood", 1, random.Random(0))
    assert harder.metadata["ops"] > paths.params.length[1]


def test_the_order_of_the_edges_can_be_changed(paths: Paths, problems: list[Problem]) -> None:
    problem = problems[0]
    order = list(range(paths.premises(problem)))[::-1]
    changed = paths.ask(problem, order)
    assert edges(changed) == edges(problem.question)[::-1]
    assert ends(changed.rpartition("<think>")[0].strip()) == ends(problem.question)
    with pytest.raises(ValueError, match="no permutation"):
        paths.ask(problem, order[1:])


def test_embedded_words_are_single_tokens_and_answers_fit_the_response() -> None:
    paths = Paths(PathsParameters(tier="embedded"))
    for problem in paths.problems("sft", 20, random.Random(0)):
        said = paths.speak(problem, paths.plan(problem, random.Random(0)), "w").text
        assert set(f"{paths.ask(problem)} {said}".split(" ")) <= set(embedded_words())
        assert len(said.split(" ")) < paths.max_new_tokens


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"length": (5, 3)}, r"\[5, 3\] is no range of lengths; write \[fewest, most\]"),
        (
            {"tier": "embedded", "arms": 8},
            "and the embedded tier has names for 52; lower arms",
        ),
        (
            {"branches": 0, "distractors": 0, "length": (4, 4)},
            "too few different maps for test-id, and splits share none; raise branches",
        ),
    ],
)
def test_maps_that_cannot_be_drawn_are_refused(params: dict[str, object], message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        PathsParameters.model_validate(params)
