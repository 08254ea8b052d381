from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.stages.probe import summarise
from tests.plugins.analyses.conftest import Measure


def test_shares_by_accuracy_worked_by_hand(measure: Measure, tmp_path: Path) -> None:
    folders = {}
    for role, right in (("probe", [0, 0, 1, 2, 3, 4, 4, 4]), ("probe-rft", [4] * 8)):
        folders[role] = tmp_path / role
        folders[role].mkdir()
        summarise(right, 4).write(folders[role])
    sft, rft = measure("rollout-accuracy", folders)
    assert (sft["checkpoint"], rft["checkpoint"]) == ("sft", "rft")
    assert (sft["prompts"], sft["rollouts"]) == (8, 4)
    assert sft["accuracy"] == 18 / 32
    assert sft["informative"] == 3 / 8
    assert sft["spread"] == pytest.approx((2 * (3 / 16) ** 0.5 + 0.5) / 8)
    shares = ("never", "up to 1/4", "up to 1/2", "up to 3/4", "below 1", "always")
    assert [sft[name] for name in shares] == [2 / 8, 1 / 8, 1 / 8, 1 / 8, 0, 3 / 8]
    assert sum(rft[name] for name in shares) == rft["always"] == 1
    assert sft["histogram"] == [2, 1, 1, 1, 3]
