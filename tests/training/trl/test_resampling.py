from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from bi_bench.api import Rollout
from bi_bench.training.job import Trained
from bi_bench.training.trl.resampling import Group, Refilled, choose, refill
from bi_bench.training.trl.rollouts import overlong

Train = Callable[..., Trained]


def group(problem: int, *rewards: float) -> Group:
    rollouts = [Rollout(problem, "", (problem, place), False) for place in range(len(rewards))]
    return Group(tuple(rollouts), rewards)


def refilled(groups: list[Group], rewards: dict[int, tuple[float, ...]], rounds: int) -> Refilled:
    """New problems are 100, 101, ...; those that ``rewards`` does not name are all wrong."""

    def fresh(turn: int, count: int, seen: Collection[int]) -> Sequence[int]:
        return [number for number in range(100, 110) if number not in seen][:count]

    def draw(turn: int, problems: Sequence[int]) -> list[Group]:
        return [group(problem, *rewards.get(problem, (0.0,) * 4)) for problem in problems]

    return refill(groups, draw, fresh, rounds)


def test_whole_groups_are_replaced_and_informative_ones_stay_whole() -> None:
    mixed = group(1, 1, 0, 0, 0)  # one row taken out of it would make the rest look all wrong
    result = refilled([group(0, 1, 1, 1, 1), mixed, group(2, 0, 0, 0, 0)], {101: (0, 1, 1, 1)}, 1)
    assert [each.problem for each in result.groups] == [100, 1, 101]
    assert result.groups[1] is mixed
    assert all(len(each.rollouts) == len(each.rewards) == 4 for each in result.groups)
    assert result.drawn == 2
    assert result.uninformative == 1


def test_rounds_are_bounded_and_end_when_all_groups_are_informative() -> None:
    never = refilled([group(0, 0, 0)], {}, 3)
    assert (never.drawn, never.uninformative) == (3, 1)
    second = refilled([group(0, 0, 0)], {101: (0, 1)}, 9)
    assert (second.drawn, second.uninformative) == (2, 0)
    exhausted = refilled([group(0, 0, 0)], {}, 10**6)
    assert exhausted.drawn == 10


def test_problems_are_chosen_once_in_a_seeded_order() -> None:
    assert sorted(choose(6, 9, {1, 2}, 0, "x")) == [0, 3, 4, 5]
    assert choose(100, 5, set(), 0, 1) == choose(100, 5, set(), 0, 1) != choose(100, 5, set(), 0, 2)
    assert choose(3, 2, {0, 1, 2}, 0) == []


def only_the_last_two(index: Sequence[int], texts: Sequence[str]) -> list[float]:
    """Problems 6 and 7 have mixed rollouts, the others are all wrong."""
    return [float(problem >= 6 and place % 2) for place, problem in enumerate(index)]


def test_training_fills_its_batch_and_counts_what_stays_uninformative(train: Train) -> None:
    plain = train(reward=only_the_last_two, loss_type="dapo")
    assert "groups/uninformative" not in plain.log[0]
    assert plain.tokens_trained == plain.tokens_generated
    asked: list[int] = []

    def reward(index: Sequence[int], texts: Sequence[str]) -> list[float]:
        asked.extend(index[::4])
        return only_the_last_two(index, texts)

    resampled = train(reward=reward, loss_type="dapo", resample_rounds=5)
    (row,) = resampled.log
    # Four prompts a step of eight, of which two are informative: at the end both are in the batch.
    assert row["groups/uninformative"] == row["frac_reward_zero_std"] * 4 == 2
    assert row["reward"] == 0.25
    assert row["groups/resampled"] == len(asked) - 4 > 0
    assert len(set(asked)) == len(asked), "no problem is asked twice for one batch, and graded once"
    assert resampled.tokens_generated > resampled.tokens_trained


def test_the_soft_overlong_punishment_worked_by_hand() -> None:
    punished = [overlong(length, 100, 0.2) for length in (1, 80, 85, 90, 100)]
    assert punished == pytest.approx([0, 0, 0.25, 0.5, 1])
    assert overlong(20480, 20480, 4096 / 20480) == pytest.approx(1)
    assert overlong(16384, 20480, 4096 / 20480) == pytest.approx(0)


def test_long_completions_are_punished_and_the_log_keeps_the_bare_reward(train: Train) -> None:
    def right(index: Any, texts: Any) -> list[float]:
        return [1.0] * len(texts)

    bare = train(reward=right, loss_type="dapo")
    (row,) = train(reward=right, loss_type="dapo", overlong_penalty=0.5, overlong_share=1.0).log
    assert row["reward_unshaped"] == bare.log[0]["reward"] == 1
    length = row["completions/mean_length"]
    assert row["reward"] == pytest.approx(1 - 0.5 * length / 24)
