"""Accuracy of several answers a problem (pass@k, maj@k) and of one constant answer for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import comb


def constant_answer_floor(answers: Sequence[str]) -> tuple[str, float]:
    """The single answer that is right most often and its accuracy, 0 to 1.

    `answers` are the reference answers, one a problem, in the form the grader compares; of equally
    frequent ones the first in string order is named. Raises ValueError where there are none.
    """
    if not answers:
        raise ValueError("no answers; give the reference answer of each problem")
    answer, count = min(Counter(answers).items(), key=lambda item: (-item[1], item[0]))
    return answer, count / len(answers)


def pass_at_k(correct: int, samples: int, k: int) -> float:
    """Chance that k of the `samples` answers, drawn without replacement, hold a right one.

    Unbiased for the chance with k fresh answers (Chen et al. 2021, arXiv 2107.03374, equation 1).
    Raises ValueError unless 0 <= correct <= samples and 1 <= k <= samples.
    """
    if not 0 <= correct <= samples:
        raise ValueError(f"{correct} correct of {samples} samples; give 0 <= correct <= samples")
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} of {samples} samples; give 1 <= k <= samples, or sample more")
    # Whole numbers until the last step, so that large counts lose no digits.
    total = comb(samples, k)
    return (total - comb(samples - correct, k)) / total


def majority_score(answers: Sequence[str | None], correct: Sequence[bool]) -> float:
    """maj@k of one problem: 1 where the most frequent of its k answers is right, else 0.

    Answers are compared as text in the form that the grader found; None, where it found none, has no
    vote, and a problem without any vote is wrong. Equally frequent answers share the verdict, as the
    mean over a fair draw among them (Wang et al. 2023, arXiv 2203.11171, for the vote). Raises
    ValueError where the two differ in length or are empty.
    """
    if not answers or len(answers) != len(correct):
        raise ValueError(f"{len(answers)} answers and {len(correct)} verdicts; give one of each")
    verdicts: dict[str, list[bool]] = {}
    for answer, right in zip(answers, correct, strict=True):
        if answer is not None:
            verdicts.setdefault(answer, []).append(right)
    if not verdicts:
        return 0.0
    most = max(map(len, verdicts.values()))
    leading = [sum(found) / most for found in verdicts.values() if len(found) == most]
    return sum(leading) / len(leading)
