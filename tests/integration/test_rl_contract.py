"""Rewards, algorithms and trainers of authors, and first-party ones that use the same methods, in a suite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from bi_bench.artifacts.history import read_history
from bi_bench.cli.options import ENTRY
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.store import Store
from bi_bench.suite import load_suite

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
AUTHORS = EXAMPLES.parent / "authors"
SUITE = """
name = "open"
plugins = [{plugins}, "./own.py"]
[matrix]
benchmarks = [{{ name = "igsm", tier = "embedded", ops = [3, 5], ops_ood = [8, 9], redundant = 1 }}]
models = ["tiny"]
strategies = ["vanilla"]
algorithms = [{algorithms}]
seeds = [0]
[defaults]
data = {{ sft = 32, rl = 16, probe = 4, test = 2 }}
sft = {{ epochs = 1, batch_size = 16 }}
evaluate = {{ splits = ["test-id"], samples = 0 }}
"""
BUDGET = "steps = 2, prompts = 4, group = 4, learning_rate = 1e-3"
ALGORITHMS = {
    "dr-grpo": f'name = "dr-grpo", {BUDGET}',
    "grpo": f'name = "grpo", {BUDGET}, reward = {{ name = "length-penalised", tokens = 64 }}',
    "spread": f'name = "spread", {BUDGET}',
    "plain": f'name = "grpo", {BUDGET}',
    "brief": f'name = "grpo", {BUDGET}, reward = {{ name = "brief", tokens = 64 }}',
    "fspo": f'name = "fspo", {BUDGET}',
    "relift": f'name = "relift", {BUDGET}, pairs = 2, imitation_rate = 1e-3',
    "never": f'name = "relift", {BUDGET}, pairs = 1000',
    "easy-to-hard": f'name = "easy-to-hard", {BUDGET}',
    "iterated": f'name = "iterated", {BUDGET}, sft_steps = 3',
    "reinforce": f'name = "reinforce", {BUDGET}',
    "attentive": f'name = "attentive", {BUDGET}',
}
# Credit that gives every token its rollout's advantage, and problems in the order that none chooses.
OWN = '''
from bi_bench.api import hookimpl
from bi_bench_plugins.algorithms.grpo import GRPO

class Spread(GRPO):
    """Its own credit, without a difference."""
    name = "spread"
    def credit(self, rollouts, advantages, room):
        return [[a] * len(r.ids) for r, a in zip(rollouts, advantages, strict=True)]

@hookimpl
def bi_bench_algorithms():
    return [Spread]
'''


class Runs:
    """The RFT stages of the suite by the label of their algorithm."""

    def __init__(self, folder: Path) -> None:
        plugins = ", ".join(
            f'"{EXAMPLES / f"{name}.py"}"' for name in ("brief", "attentive", "reinforce")
        )
        entries = ", ".join(f'{{ {text}, label = "{at}" }}' for at, text in ALGORITHMS.items())
        (folder / "own.py").write_text(OWN)
        suite = folder / "open.toml"
        suite.write_text(SUITE.format(plugins=plugins, algorithms=entries))
        self.plan = plan_suite(load_suite(suite))
        self.store = Store(folder / "store")
        for stage in self.plan.stages:
            if stage.kind in ("base", "problems", "augment", "sft", "rft"):
                run_stage_here(self.store, stage, ENTRY)

    def path(self, label: str) -> Path:
        (key,) = (c.stages["rft"] for c in self.plan.cells if c.axes["algorithm"] == label)
        return self.store.folder(key)

    def history(self, label: str) -> Sequence[dict[str, Any]]:
        return read_history(self.path(label))

    def same_weights(self, one: str, other: str) -> bool:
        left, right = (load_file(self.path(label) / "model.safetensors") for label in (one, other))
        return all(left[name].equal(right[name]) for name in left)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("contract"))


def test_every_algorithm_runs_and_trains(runs: Runs) -> None:
    assert not [cell.skip for cell in runs.plan.cells if cell.skip]
    for label in ALGORITHMS:
        assert len(runs.history(label)) >= 1
    assert all(row["grad_norm"] > 0 for row in runs.history("plain"))
    assert not runs.same_weights("plain", "fspo")
    assert not runs.same_weights("plain", "easy-to-hard")


def test_a_credit_without_a_difference_is_the_same_to_the_last_bit(runs: Runs) -> None:
    assert runs.same_weights("plain", "spread")


def test_relift_that_never_imitates_is_dr_grpo_to_the_last_bit(runs: Runs) -> None:
    assert runs.same_weights("dr-grpo", "never")
    assert not any("imitated" in row for row in runs.history("never"))


def test_relift_imitates_what_no_rollout_solves_and_the_history_counts_it(runs: Runs) -> None:
    counts = [row["imitated"] for row in runs.history("relift") if "imitated" in row]
    assert counts
    assert set(counts) == {2}
    assert not runs.same_weights("dr-grpo", "relift")


def test_rewards_of_a_suite_and_of_an_author_pay_less_for_length(runs: Runs) -> None:
    plain = runs.history("plain")[0]["reward"]
    assert 0 < runs.history("grpo")[0]["reward"] < plain
    assert 0 < runs.history("brief")[0]["reward"] < plain


def test_iterated_rounds_learn_from_rollouts_between_them(runs: Runs) -> None:
    rows = runs.history("iterated")
    assert [row["phase"] for row in rows] == [0, 0, 1, 1, 1, 2, 2]
    assert all("reward" in row for row in rows if row["phase"] != 1)


def test_a_loop_of_its_own_logs_what_it_wants(runs: Runs) -> None:
    rows = runs.history("reinforce")
    assert [row["step"] for row in rows] == [1, 2]
    assert rows[0]["reward"] == rows[0]["baseline"]
    assert rows[1]["grad_norm"] > 0


def test_an_algorithm_chooses_credits_and_imitates(runs: Runs) -> None:
    assert any("imitated" in row for row in runs.history("attentive"))


@pytest.mark.parametrize(
    ("page", "example"),
    [("reward", "brief"), ("algorithm", "attentive"), ("trainer", "reinforce")],
)
def test_pages_show_the_example_that_runs(page: str, example: str) -> None:
    source = (EXAMPLES / f"{example}.py").read_text()
    assert f"```python\n{source}```" in (AUTHORS / f"{page}.md").read_text()
    assert set(re.findall(r"^(?:from|import) (\w+)", source, re.M)) <= {
        "bi_bench",
        "pydantic",
        "typing",
    }
    assert len(source.splitlines()) < 80
