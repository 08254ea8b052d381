"""Paraphrased prompts, PEAR and rejection sampling through a suite, as far as a strategy reaches."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from bi_bench.api import Decline, Draft, DraftContext, Plan, Problem, Strategy, TokenLogProb
from bi_bench.api.base_policy import NoBasePolicy
from bi_bench.artifacts.demonstrations import Demonstration, read_demonstrations
from bi_bench.artifacts.problems import read_problems
from bi_bench.cli.options import ENTRY
from bi_bench.engines import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.plan.stage import Stage
from bi_bench.store import Store
from bi_bench.suite import load_suite
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.paraphrased_prompts import (
    ParaphrasedPrompts,
    ParaphrasedPromptsParameters,
)
from bi_bench_plugins.strategies.pear import Pear, PearParameters

SUITE = """
name = "three"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3], ops_ood = [4, 5], redundant = 2 }]
models = ["tiny"]
strategies = [
  "vanilla",
  { name = "paraphrased-prompts", templates = ["{question} {question}"], copies = 1 },
  "pear",
  { name = "rejection-sampling", samples = 8, keep = 2 },
]
algorithms = [{ name = "grpo", steps = 1, prompts = 4, group = 2 }]
seeds = [0]
[defaults.data]
sft = 8
[defaults.sft]
batch_size = 8
[defaults.numerics]
device = "cpu"
"""
BEFORE_RFT = ("base", "augment", "sft")


class Done(NamedTuple):
    """The cells' stages by strategy and role, and the store in which they are."""

    stages: Mapping[str, Mapping[str, Stage]]
    store: Store

    def demonstrations(self, strategy: str) -> list[Demonstration]:
        return read_demonstrations(self.store.folder(self.stages[strategy]["augment"].key))

    def problems(self) -> dict[str, Problem]:
        key = self.stages["vanilla"]["problems/sft"].key
        return {problem.id: problem for problem in read_problems(self.store.folder(key))}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Every stage of the suite up to SFT; what follows is the same for all strategies."""
    folder = tmp_path_factory.mktemp("strategies")
    (folder / "three.toml").write_text(SUITE)
    graph = plan_suite(load_suite(folder / "three.toml"))
    store = Store(folder / "store")
    by_key = {stage.key: stage for stage in graph.stages}
    stages = {
        str(cell.axes["strategy"]): {role: by_key[key] for role, key in cell.stages.items()}
        for cell in graph.cells
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HF_HUB_OFFLINE", "1")  # a stage sets it, and here it would stay
        for stage in graph.stages:
            if stage.kind in BEFORE_RFT or stage.identity.get("split") == "sft":
                assert run_stage_here(store, stage, ENTRY).status == "finished"
    return Done(stages, store)


def test_only_strategies_that_ask_the_base_model_have_it_as_a_parent(done: Done) -> None:
    augment = {name: stages["augment"] for name, stages in done.stages.items()}
    for name in ("pear", "rejection-sampling"):
        assert augment[name].parents["base"] == done.stages[name]["base"].key
        assert {"numerics", "libraries", "settings"} <= augment[name].identity.keys()
    assert "temperature" in augment["rejection-sampling"].identity["settings"]
    assert "temperature" not in augment["pear"].identity["settings"]
    for name in ("vanilla", "paraphrased-prompts"):
        assert set(augment[name].parents) == {"problems"}
        assert not {"numerics", "libraries", "settings"} & augment[name].identity.keys()


def test_a_paraphrased_prompt_is_for_training_alone(done: Done) -> None:
    pairs = zip(
        done.demonstrations("vanilla"), done.demonstrations("paraphrased-prompts"), strict=True
    )
    for plain, paraphrased in pairs:
        question = done.problems()[plain.problem].question
        assert paraphrased.prompt == plain.prompt.replace(question, f"{question} {question}")
        assert paraphrased.completion == plain.completion
    roles = {"problems/rl", "problems/probe", "problems/test-id"}
    arms = [done.stages[name] for name in ("vanilla", "paraphrased-prompts")]
    assert all(len({arm[role].key for arm in arms}) == 1 for role in roles)


def test_pear_weighs_every_token_of_the_vanilla_demonstration(done: Done) -> None:
    for plain, row in zip(done.demonstrations("vanilla"), done.demonstrations("pear"), strict=True):
        assert (row.prompt, row.completion) == (plain.prompt, plain.completion)
        spans = sorted(row.weights, key=lambda weight: weight.start)
        assert spans[-1].end == len(row.completion) + 1
        words = row.completion.split()
        assert [row.completion[span.start : span.end].strip() for span in spans[:-1]] == words
        assert all(0.1 <= span.weight <= 1 for span in spans)
    history = done.store.folder(done.stages["pear"]["sft"].key) / "history.jsonl"
    assert json.loads(history.read_text().splitlines()[0])["loss"] > 0


def test_rejection_sampling_trains_on_right_answers_of_the_base_model(done: Done) -> None:
    rows = done.demonstrations("rejection-sampling")
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (2, 3)}))
    problems = done.problems()
    assert all(source.grade(problems[row.problem], row.completion).correct for row in rows)
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row.problem, []).append(row.completion)
    assert max(map(len, texts.values())) == 2
    assert all(len(set(each)) == len(each) for each in texts.values())
    stage = done.stages["rejection-sampling"]["augment"]
    assert (done.store.costs(stage.key).tokens_generated or 0) > 8 * 8
    summary = json.loads((done.store.folder(stage.key) / "summary.json").read_text())
    assert len(texts) + sum(summary["declined"].values()) == 8


class Fake(NoBasePolicy):
    """A base model that finds each word, and the end, equally likely."""

    def __init__(self, logprob: float) -> None:
        self.logprob = logprob

    def logprobs(
        self, problem: Problem, completion: str, prompt: str | None = None
    ) -> Sequence[TokenLogProb]:
        tokens, start = [], 0
        for word in completion.split(" "):
            tokens.append(TokenLogProb(start, start + len(word), self.logprob))
            start += len(word) + 1
        return [*tokens, TokenLogProb(len(completion), len(completion) + 1, self.logprob)]


def drafts(
    strategy: Strategy, problem: Problem, plan: Plan | None, context: DraftContext
) -> list[Draft]:
    found = strategy.drafts(problem, plan, context)
    assert not isinstance(found, Decline)
    return list(found)


def weights(logprob: float, **params: Any) -> list[float]:
    """Of a demonstration of twelve words, the first first."""
    problem = Problem("p", "q", "a", solution=" ".join("abcdefghijkl"))
    context = DraftContext(random.Random(0), base=Fake(logprob))
    (draft,) = drafts(Pear(PearParameters(**params)), problem, None, context)
    return [each.weight for each in sorted(draft.weights, key=lambda each: each.start)]


@pytest.mark.parametrize("level", ["token", "step", "sequence"])
def test_pear_is_plain_sft_where_the_model_is_as_sure_as_the_writer(level: str) -> None:
    assert weights(0.0, level=level) == [1.0] * 13


def test_pear_discounts_what_follows() -> None:
    assert weights(-1.0, gamma=0.0) == pytest.approx([math.exp(-1)] * 13)
    assert weights(-1.0, gamma=0.5)[-2:] == pytest.approx([math.exp(-1.5), math.exp(-1)])
    assert weights(-1.0, gamma=1.0)[0] == pytest.approx(0.1)  # exp(-13), clipped
    assert weights(-1.0, level="sequence", gamma=1.0) == pytest.approx([math.exp(-1)] * 13)


def test_the_tokens_of_a_step_have_one_weight() -> None:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (4, 6)}))
    (problem,) = source.problems("sft", 1, random.Random(1))
    plan = source.plan(problem, random.Random(1))
    assert plan is not None
    solution = source.speak(problem, plan, "w")
    context = DraftContext(
        random.Random(0), speak=lambda plan, wording=0: solution, base=Fake(-0.1)
    )
    (draft,) = drafts(Pear(PearParameters(level="step")), problem, plan, context)
    assert len({each.weight for each in draft.weights}) == len(plan.steps)


def test_templates_are_checked_and_none_comes_twice() -> None:
    with pytest.raises(ValueError, match=r"the template 'hello' has no \{question\}"):
        ParaphrasedPromptsParameters(templates=("hello",), copies=1)
    with pytest.raises(ValueError, match=r"copies = 9, but there are only 8 templates"):
        ParaphrasedPromptsParameters(copies=9)
    problem = Problem("p", "1 + 1", "2", solution="2")
    context = DraftContext(random.Random(0), ask=lambda problem, premise_order=None: "1 + 1 =")
    strategy = ParaphrasedPrompts(ParaphrasedPromptsParameters(copies=8))
    prompts = [draft.prompt or "" for draft in drafts(strategy, problem, None, context)]
    assert len(set(prompts)) == 8
    assert all("1 + 1" in prompt and prompt.endswith(" =") for prompt in prompts)
