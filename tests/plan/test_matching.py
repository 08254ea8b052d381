"""Arms that are matched to the reference arm in RFT, and SFT in the place of RFT."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.plan import StageGraph, plan_suite
from bi_bench.suite import load_suite

SUITE = """
name = "matched"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3], ops_ood = [4, 5] }]
models = ["tiny"]
strategies = ["vanilla", "bridge"]
algorithms = [{ name = "grpo", steps = 4 }]
seeds = [0]
"""


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "matched.toml"
    file.write_text(SUITE)
    return file


def planned(file: Path, *overrides: str) -> StageGraph:
    return plan_suite(load_suite(file, overrides))


@pytest.mark.parametrize("match", ["generated_tokens", "device_seconds"])
def test_matched_arms_wait_for_the_rft_of_the_reference(suite_file: Path, match: str) -> None:
    free, matched = planned(suite_file), planned(suite_file, f'defaults.match_rft="{match}"')
    stages = {stage.key: stage for stage in matched.stages}
    vanilla, bridge = matched.cells
    assert vanilla.stages["rft"] == free.cells[0].stages["rft"]
    rft = stages[bridge.stages["rft"]]
    assert rft.parents["reference"] == vanilla.stages["rft"]
    assert rft.identity["match"] == match
    assert bridge.stages["sft"] == free.cells[1].stages["sft"]
    order = list(stages)
    assert order.index(vanilla.stages["rft"]) < order.index(rft.key)


def test_a_reference_that_is_not_a_cell_is_run_anyway(suite_file: Path) -> None:
    text = suite_file.read_text().replace("[matrix]", "[[matrix]]")
    suite_file.write_text(text + '[[matrix]]\nstrategies = ["bridge"]\nseeds = [7]\n')
    plan = planned(suite_file, "defaults.match_rft=generated_tokens")
    (alone,) = (cell for cell in plan.cells if cell.axes["seed"] == 7)
    stages = {stage.key: stage for stage in plan.stages}
    reference = stages[stages[alone.stages["rft"]].parents["reference"]]
    assert reference.label == "grpo · vanilla · tiny · igsm · seed 7"
    assert not any(reference.key in cell.stages.values() for cell in plan.cells)


@pytest.mark.parametrize(
    ("algorithm", "reason"),
    [
        (
            '{ name = "command", argv = ["true", "{checkpoint}", "{output}"] }',
            "hands RFT to an outside trainer",
        ),
        ('"two-phases"', "two-phases has 2 phases, and a budget can end but one"),
        ('"decaying"', 'decaying has the schedule "linear", which needs a fixed number of steps'),
    ],
)
def test_cells_that_cannot_be_matched_are_skipped_with_a_reason(
    suite_file: Path, algorithm: str, reason: str
) -> None:
    suite_file.with_name("mine.py").write_text(
        """
from bi_bench.api import Algorithm, PolicyGradient, hookimpl

class TwoPhases(Algorithm):
    '''Twice.'''
    name = "two-phases"
    def phases(self): return [PolicyGradient(steps=1, prompts=2, group=2)] * 2

class Decaying(Algorithm):
    '''Linear.'''
    name = "decaying"
    def phases(self):
        config = {"lr_scheduler_type": "linear"}
        return [PolicyGradient(steps=1, prompts=2, group=2, config=config)]

@hookimpl
def bi_bench_algorithms(): return [TwoPhases, Decaying]
"""
    )
    changes = ['plugins=["./mine.py"]', f"matrix.algorithms=[{algorithm}]"]
    assert not planned(suite_file, *changes).cells[1].skip
    plan = planned(suite_file, *changes, "defaults.match_rft=generated_tokens")
    assert all(reason in cell.skip for cell in plan.cells)


def test_sft_longer_is_trained_on_the_demonstrations_of_its_arm(suite_file: Path) -> None:
    algorithms = 'matrix.algorithms=["grpo", { name = "sft-longer", steps = 9 }]'
    plan = planned(suite_file, algorithms, "defaults.match_rft=generated_tokens")
    assert not any(cell.skip for cell in plan.cells)
    stages = {stage.key: stage for stage in plan.stages}
    for cell in plan.cells:
        rft = stages[cell.stages["rft"]]
        if cell.axes["algorithm"] == "sft-longer":
            assert rft.parents["augment"] == cell.stages["augment"]
            sft = rft.identity["settings"]["sft"]
            assert isinstance(sft, dict)
            assert sft["batch_size"] == 128
            assert "reference" not in rft.parents  # it generates nothing
        else:
            assert "augment" not in rft.parents
            assert "sft" not in rft.identity["settings"]
