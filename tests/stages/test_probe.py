from __future__ import annotations

import pytest

from bi_bench.stages.probe import summarise


def test_readiness_numbers_worked_by_hand() -> None:
    summary = summarise([0, 4, 2, 1], group=4)
    assert summary.accuracy == 7 / 16
    assert summary.informative == 0.5
    assert summary.histogram == (1, 1, 1, 0, 1)
    assert summary.spread == pytest.approx((0.5 + (3 / 16) ** 0.5) / 4)
