from __future__ import annotations

from bi_bench.api import Stated, StepVerdict
from bi_bench_plugins.algorithms.fspo import turned

SPANS = [(0, 2), (2, 4), (4, 6), (6, 8), (8, 8)]  # the last token ends the text
RIGHT, WRONG = (
    StepVerdict(Stated("read", "a", 0, 3)),
    StepVerdict(Stated("read", "b", 4, 7), problem="b is 3"),
)


def test_wrong_steps_of_a_good_rollout_turn_the_sign() -> None:
    assert turned(SPANS, [RIGHT, WRONG], 0.5) == [0.5, 0.5, -0.5, -0.5, 0.5]


def test_right_steps_of_a_bad_rollout_turn_the_sign() -> None:
    assert turned(SPANS, [RIGHT, WRONG], -0.5) == [0.5, 0.5, -0.5, -0.5, -0.5]


def test_without_steps_nothing_turns() -> None:
    assert turned(SPANS, [], -0.5) == [-0.5] * 5
