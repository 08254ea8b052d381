"""Plugins that fail in a stage: each failure is one line with plugin and place, and other arms are made."""

from __future__ import annotations

import pytest

from bi_bench.api import UserError
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.store import Store
from bi_bench.suite import load_suite

ENTRY = "bi_bench.stages.worker:run_stage"
PLUGINS = """
from bi_bench.api import Benchmark, Draft, Strategy, hookimpl
from bi_bench_plugins.benchmarks.igsm import IGSM

class Raises(Strategy):
    '''Raises for one problem.'''
    name = "raises"
    def drafts(self, problem, plan, context):
        if problem.id.endswith("3"):
            raise KeyError("seven")
        return [Draft(plan=plan)]

class Leaves(Raises):
    '''Leaves the process.'''
    name = "leaves"
    def drafts(self, problem, plan, context):
        raise SystemExit(3)

class Counts(IGSM):
    '''Raises when it counts.'''
    name = "counts"
    def tally(self, split):
        return split["seven"]

@hookimpl
def bi_bench_strategies(): return [Raises, Leaves]

@hookimpl
def bi_bench_benchmarks(): return [Counts]
"""
SUITE = """
name = "broken"
plugins = ["./mine.py"]
[matrix]
benchmarks = [
  { name = "igsm", tier = "embedded", ops = [2, 3], ops_ood = [4, 5] },
  { name = "counts", tier = "embedded" },
]
models = ["tiny"]
strategies = ["vanilla", "raises", "leaves"]
algorithms = [{ name = "grpo", steps = 1, prompts = 2, group = 2 }]
seeds = [0]
[defaults.data]
sft = 5
rl = 2
probe = 2
test = 2
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each stage that makes training data, by kind and label; empty where it finished."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "mine.py").write_text(PLUGINS)
    (folder / "suite.toml").write_text(SUITE)
    store, found = Store(folder / "store"), {}
    for stage in plan_suite(load_suite(folder / "suite.toml")).stages:
        if stage.kind != "augment" and stage.identity.get("split") != "sft":
            continue
        try:
            run_stage_here(store, stage, ENTRY)
            found[f"{stage.kind} {stage.label}"] = ""
        except UserError as error:
            found[f"{stage.kind} {stage.label}"] = str(error)
    return found


def test_stages_of_other_plugins_finish(messages: dict[str, str]) -> None:
    finished = [label for label, message in messages.items() if not message]
    assert [label for label in finished if label.startswith("augment") and "igsm" in label]
    assert all("counts" not in label for label in finished)
    assert not [
        label for label, message in messages.items() if message and "vanilla · igsm" in label
    ]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (
            "raises · igsm",
            "strategy \"raises\", problem igsm-embedded/sft/000003: KeyError: 'seven' (mine.py:10)",
        ),
        ("leaves · igsm", "SystemExit: 3 (mine.py:"),
        ("counts", "benchmark counts, counts of sft: TypeError: string indices must be integers"),
    ],
)
def test_a_failure_names_the_plugin_and_the_line(
    messages: dict[str, str], label: str, message: str
) -> None:
    found = [text for name, text in messages.items() if label in name and text]
    assert message in found[0]
    assert "\n" not in found[0]
