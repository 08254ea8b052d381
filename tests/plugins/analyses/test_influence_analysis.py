from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.analyses.conftest import Measure


@pytest.mark.parametrize("gradients", ["full", "projection"])
def test_equal_checkpoints_have_equal_influence(
    measure: Measure, folders: dict[str, Path], gradients: str
) -> None:
    size = 0 if gradients == "full" else 4096
    small = {"problems": 8, "rollouts": 6}
    sft, rft = measure("influence", folders, **small, gradients=gradients, size=size)
    assert (sft.pop("checkpoint"), rft.pop("checkpoint")) == ("sft", "rft")
    assert sft == rft
    assert sft["queries"] == sft["targets"] == 4
    assert 0 < sft["informative"] <= 1, "the test wants prompts that are sometimes right"
    for accuracy, influence, co in zip(
        sft["accuracies"], sft["influences"], sft["co_influences"], strict=True
    ):
        spread = (accuracy * (1 - accuracy)) ** 0.5
        if spread:
            assert influence == pytest.approx(co * spread)
        else:
            assert (influence, co) == (0, None)
    assert sft["influence"] == pytest.approx(sum(sft["influences"]) / 4)


def test_no_more_problems_than_the_probe_has(measure: Measure, folders: dict[str, Path]) -> None:
    (sft, _) = measure("influence", folders, rollouts=2)
    assert sft["queries"] == sft["targets"] == 4
