"""Problems: determinism, splits, ranges, filters, JSON, names and speed."""

from __future__ import annotations

import json
import random
import time
from collections import Counter

import pytest

from bi_bench.api import SPLITS, Problem, Quantity, ReasoningGraph
from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.benchmarks.igsm.names import SYSTEMS
from bi_bench_plugins.benchmarks.shared import splits
from bi_bench_plugins.benchmarks.shared.splits import SHARES, owner
from tests.conftest import present
from tests.plugins.benchmarks.igsm.conftest import Draw


def test_the_same_seed_gives_the_same_problems(igsm: IGSM, draw: Draw) -> None:
    assert draw(igsm, 20) == draw(igsm, 20)
    assert draw(igsm, 20) != draw(igsm, 20, seed=1)
    assert draw(igsm, 20)[:5] == draw(igsm, 5)


@pytest.mark.parametrize("tier", ["natural", "embedded"])
def test_no_two_splits_share_a_structure(draw: Draw, tier: str) -> None:
    ranges = {"ops": (2, 5), "ops_ood": (2, 5), "ops_pretrain": (2, 5)}
    igsm = IGSM(IGSMParameters.model_validate({"tier": tier, **ranges}))
    owners: dict[str, str] = {}
    for split in SPLITS:
        found = draw(igsm, 40, split)
        assert len(found) == 40
        for problem in found:
            structure = present(problem.graph).structure_hash()
            assert problem.cluster == structure
            assert owners.setdefault(structure, split) == split


def test_structures_are_dealt_by_the_shares() -> None:
    rng = random.Random(0)
    owners = Counter(owner(f"{rng.randrange(2**64):016x}") for _ in range(20_000))
    assert sum(SHARES.values()) == 100
    assert all(abs(owners[split] / 200 - SHARES[split]) < 1.2 for split in SPLITS)


def test_problems_survive_json(igsm: IGSM, draw: Draw) -> None:
    for problem in draw(igsm, 20):
        again = Problem.from_json(json.loads(json.dumps(problem.to_json())))
        assert again == problem
        plan = igsm.plan(problem, random.Random(0))
        assert igsm.speak(again, plan, "w") == igsm.speak(problem, plan, "w")
        order = range(igsm.premises(problem))[::-1]
        assert igsm.ask(again, order) == igsm.ask(problem, order) != igsm.ask(problem)


def test_names_and_constants_do_not_change_the_structure(igsm: IGSM, draw: Draw) -> None:
    rng = random.Random(0)

    def renamed(expression: Expression, names: dict[str, str]) -> Expression:
        if isinstance(expression, tuple):
            return (expression[0], *(renamed(operand, names) for operand in expression[1:]))
        return names[expression] if isinstance(expression, str) else expression

    for problem in draw(igsm, 20):
        graph = present(problem.graph)
        names = {q.name: f"q{i}" for i, q in enumerate(graph.quantities)}
        quantities = [
            Quantity(names[q.name], renamed(q.equation, names), q.value, q.premise, q.needed)
            for q in graph.quantities
        ]
        rng.shuffle(quantities)
        other = ReasoningGraph(tuple(quantities), names[graph.target], graph.modulus)
        assert other.structure_hash() == graph.structure_hash()


def test_each_split_has_its_range_of_operations(draw: Draw) -> None:
    params = IGSMParameters(
        tier="embedded",
        ops=(3, 4),
        ops_ood=(7, 8),
        ops_pretrain=(1, 2),
        ops_val=(5, 5),
        ops_test=(6, 6),
    )
    expected = {"pretrain": {1, 2}, "val": {5}, "test-id": {6}, "test-ood": {7, 8}}
    for split in SPLITS:
        found = {problem.metadata["ops"] for problem in draw(IGSM(params), 40, split)}
        assert found == expected.get(split, {3, 4})


def test_identifiers_name_tier_and_split(igsm: IGSM, draw: Draw) -> None:
    found = draw(igsm, 3, "test-id")
    assert [p.id for p in found] == [f"igsm-{igsm.params.tier}/test-id/00000{i}" for i in range(3)]


def test_the_answer_is_the_value_of_the_target_and_in_range(igsm: IGSM, draw: Draw) -> None:
    for problem in draw(igsm, 50):
        graph = present(problem.graph)
        value = graph[graph.target].value
        assert problem.answer == str(value)
        if graph.modulus is None:
            assert abs(value) < 1000
        else:
            assert 0 <= value < graph.modulus


def test_needed_is_what_the_target_depends_on(igsm: IGSM, draw: Draw) -> None:
    for problem in draw(igsm, 50):
        graph = present(problem.graph)
        needed = set(graph.solution_order("depth-first", random.Random(0)))
        assert needed == {quantity.name for quantity in graph.needed}
        assert all(quantity.premise for quantity in graph.quantities if not quantity.parents)


def test_zero_answers_can_be_dropped(draw: Draw) -> None:
    answers = [
        [p.answer for p in draw(IGSM(IGSMParameters(ops=(6, 9), zero_filter=share)), 150)]
        for share in (0.0, 1.0)
    ]
    assert "0" in answers[0]
    assert "0" not in answers[1]


def test_a_smaller_bound_is_kept(draw: Draw) -> None:
    igsm = IGSM(IGSMParameters(ops=(6, 9), answer_bound=20))
    assert all(abs(int(problem.answer)) < 20 for problem in draw(igsm, 50))


def test_an_exhausted_split_ends_early(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "PATIENCE", 50)
    monkeypatch.setattr(splits, "owner", lambda structure: "rl")
    igsm = IGSM(IGSMParameters(tier="embedded", ops=(1, 1)))
    assert draw(igsm, 10) == []


def test_premises_can_be_reordered(igsm: IGSM, draw: Draw) -> None:
    problem = draw(igsm, 1)[0]
    count = len(igsm.tier.stated(present(problem.graph)))
    default = igsm.ask(problem)
    assert igsm.ask(problem, range(count)) == default
    turned = igsm.ask(problem, range(count)[::-1])
    assert turned != default
    assert sorted(turned.split()) == sorted(default.split())


def test_natural_questions_leave_abstract_quantities_implicit(draw: Draw) -> None:
    for problem in draw(IGSM(IGSMParameters()), 10):
        lines = problem.question.split("\n")
        premises = [quantity for quantity in present(problem.graph).quantities if quantity.premise]
        assert len(lines) == len(premises) + 1
        assert lines[-1].startswith("How many ")


def test_names_are_unique_and_harmless() -> None:
    levels = [level for system in SYSTEMS for level in system]
    names = [level.name for level in levels]
    names += [thing for level in levels for kind in level.kinds for thing in kind]
    assert len(set(names)) == len(names) == 16 + 400
    assert all(len(kind) == 5 for level in levels for kind in level.kinds)
    words = {word for name in names for word in name.split()}
    assert words.isdisjoint({"and", "of", "each", "times", "than", "equals", "number", "the"})
    assert all(word.isalpha() for word in words)


@pytest.mark.alone
def test_a_thousand_problems_do_not_take_long() -> None:
    def rate(seed: int) -> float:
        start = time.process_time()
        found = list(IGSM(IGSMParameters()).problems("test-id", 200, random.Random(seed)))
        return len(found) / (time.process_time() - start)

    assert max(rate(seed) for seed in range(4)) > 600


def test_redundant_premises_can_be_limited() -> None:
    sizes = {}
    for limit in (None, 1, 0):
        source = IGSM(IGSMParameters(tier="embedded", ops=(3, 5), redundant=limit))
        problems = list(source.problems("sft", 60, random.Random(2)))
        sizes[limit] = max(sum(q.premise for q in present(p.graph).redundant) for p in problems)
        assert all(
            ReasoningGraph.from_json(present(p.graph).to_json()) == present(p.graph)
            for p in problems
        )
    assert sizes[None] > 4
    assert (sizes[1], sizes[0]) == (1, 0)
