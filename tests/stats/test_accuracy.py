from __future__ import annotations

from itertools import combinations

import pytest

from bi_bench.stats import constant_answer_floor, pass_at_k


def test_the_floor_is_the_share_of_the_commonest_answer() -> None:
    assert constant_answer_floor(["4", "7", "4", "12"]) == ("4", 0.5)
    assert constant_answer_floor(["b", "a"]) == constant_answer_floor(["a", "b"]) == ("a", 0.5)
    with pytest.raises(ValueError, match="reference answer"):
        constant_answer_floor([])


@pytest.mark.parametrize("samples", [1, 4, 7])
def test_pass_at_k_is_the_share_of_subsets_with_a_right_answer(samples: int) -> None:
    for correct in range(samples + 1):
        answers = [True] * correct + [False] * (samples - correct)
        for k in range(1, samples + 1):
            subsets = [any(chosen) for chosen in combinations(answers, k)]
            assert pass_at_k(correct, samples, k) == pytest.approx(sum(subsets) / len(subsets))


def test_pass_at_k_with_many_samples() -> None:
    assert pass_at_k(1, 4096, 2048) == 0.5


@pytest.mark.parametrize(("correct", "samples", "k"), [(-1, 4, 1), (5, 4, 1), (2, 4, 0), (2, 4, 5)])
def test_impossible_counts_are_refused(correct: int, samples: int, k: int) -> None:
    with pytest.raises(ValueError, match="samples; give"):
        pass_at_k(correct, samples, k)
