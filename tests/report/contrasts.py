"""The contrasts with the reference arm, of scores that a test knows to have them."""

from __future__ import annotations

from bi_bench.report.content.row import Scores
from bi_bench.stats import Contrast
from tests.conftest import present


def final_difference(scores: Scores | None) -> Contrast:
    """That of the final scores."""
    return present(present(scores).final_difference)


def gain_difference(scores: Scores | None) -> Contrast:
    """That of the gains."""
    return present(present(scores).gain_difference)
