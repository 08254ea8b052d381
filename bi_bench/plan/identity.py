"""Builds the identity of each kind of stage: what decides its result, and is hashed into its key."""

from __future__ import annotations

from collections.abc import Mapping

from bi_bench.api import (
    CAUSAL,
    Algorithm,
    Analysis,
    Benchmark,
    Decoder,
    LanguageModel,
    Split,
    Strategy,
    derive_seed,
)
from bi_bench.api.identity import Computation, Content, Identity, Json, StageKind
from bi_bench.api.versions import library_versions
from bi_bench.artifacts.role import Parent
from bi_bench.plan.checks.template import check_template
from bi_bench.plan.numerics import resolve
from bi_bench.plan.recipe import Recipe
from bi_bench.suite import Entry, Suite
from bi_bench.suite.revisions import source_of

SCHEMA = 1
# Raise a number when the stage of that kind gives other results for the same inputs.
IMPLEMENTATION: Mapping[StageKind, int] = {
    "base": 1,
    "problems": 1,
    "augment": 1,
    "sft": 1,
    "probe": 1,
    "rft": 1,
    "evaluate": 1,
    "overlap": 2,
    "analyse": 1,
}
# Libraries that decide the result of a stage, next to those that its plugins declare.
SAMPLING = ("torch", "transformers", "tokenizers")
TRAINING = (*SAMPLING, "trl", "accelerate", "numpy")
LIBRARIES: Mapping[StageKind, tuple[str, ...]] = {
    "augment": SAMPLING,  # for strategies that use the base model
    "sft": TRAINING,
    "rft": TRAINING,
    "probe": SAMPLING,
    "evaluate": SAMPLING,
    "analyse": SAMPLING,
}
SEEDED_SPLITS = ("sft", "rl")  # training data varies with the seed axis, test problems never


class Identities:
    """Identities for one suite: its settings, its seed and the resolved numerics."""

    def __init__(self, suite: Suite) -> None:
        self.suite, self.defaults = suite, suite.defaults
        self.numerics = resolve(suite.defaults.numerics)
        self._sources: dict[str, str] = {}
        self._decodings: dict[int, dict[str, Json]] = {}  # by entry: thousands of cells ask for it
        self._counts = self.defaults.data.model_dump()
        self._evaluate = self.defaults.evaluate.model_dump(
            mode="json", exclude={"splits", "benchmarks"}
        )
        self.libraries = {kind: library_versions(names) for kind, names in LIBRARIES.items()}
        # What is off is in no key: stages from before are still found.
        self._vllm: dict[str, Json] = {}
        if self.defaults.rollouts.engine == "vllm":
            self._vllm = {"engine": "vllm"}
            for kind in ("augment", "rft", "probe", "evaluate"):
                self.libraries[kind] |= library_versions(("vllm",))
        processes = self.defaults.numerics.processes
        self._processes: Content = {"processes": processes} if processes > 1 else {}

    def base(self, model: Entry[LanguageModel]) -> Identity:
        """The base model: its plugin and the digest or revision of its weights."""
        if model.label not in self._sources:  # a local checkpoint is read for its digest
            source = source_of(model)
            check_template(self.defaults.prompt, model, source)
            self._sources[model.label] = source.identity
        content: Content = {"model": model.identity(), "source": self._sources[model.label]}
        return self._identity("base", {}, content)

    def problems(self, benchmark: Entry[Benchmark], split: Split, seed: int | None) -> Identity:
        """One split of a benchmark; ``seed`` is the seed axis for training splits, else None."""
        count = self._counts["test" if split.startswith("test") else split]
        named = self._seed("problems", split, *([] if seed is None else [seed]))
        plugin = benchmark.identity()
        content: Content = {"benchmark": plugin, "split": split, "n": count, "seed": named}
        return self._identity("problems", {}, content)

    def augment(
        self,
        parents: Mapping[str, str],
        benchmark: Entry[Benchmark],
        strategy: Entry[Strategy],
        seed: int,
    ) -> Identity:
        """Demonstrations. The seed does not name the strategy: arms are question-matched.

        With a parent "base" the strategy uses the base model, and what decides its words is added.
        """
        content: Content = {"benchmark": benchmark.identity(), "strategy": strategy.identity()}
        if "rollouts" in strategy.plugin.needs:
            content["settings"] = {**self._decoding(benchmark), **self._vllm}
        elif Parent.BASE in parents:
            content["settings"] = self.defaults.prompt.settings(stop=False)
        content["seed"] = self._seed("augment", seed)
        return self._identity("augment", parents, content)

    def sft(self, parents: Mapping[str, str], model: Entry[LanguageModel], seed: int) -> Identity:
        """Supervised fine-tuning; shuffling does not depend on the strategy.

        With a parent "reference", the demonstrations of another arm, it is matched to that arm.
        """
        settings = {**self._sft(), **self.defaults.prompt.settings(stop=False)}
        content: Content = {"settings": settings, **self._processes, **_of_kind(model)}
        if Parent.REFERENCE in parents:
            content["match"] = self.defaults.match_sft
        content["seed"] = self._seed("sft", seed)
        return self._identity("sft", parents, content)

    def probe(
        self,
        parents: Mapping[str, str],
        benchmark: Entry[Benchmark],
        model: Entry[LanguageModel],
        seed: int,
    ) -> Identity:
        """Rollouts of the SFT model on the problems of the split "probe"."""
        settings = {
            **self.defaults.probe.model_dump(mode="json"),
            **self._decoding(benchmark),
            **self._vllm,
        }
        content: Content = {
            "benchmark": benchmark.identity(),
            "settings": settings,
            **_of_kind(model),
            "seed": self._seed("probe", seed),
        }
        return self._identity("probe", parents, content)

    def rft(
        self,
        parents: Mapping[str, str],
        benchmark: Entry[Benchmark],
        model: Entry[LanguageModel],
        algorithm: Entry[Algorithm],
        recipe: Recipe,
        seed: int,
    ) -> Identity:
        """Reinforcement fine-tuning; the seed does not name the algorithm or the strategy.

        With a parent "reference", the RFT of another arm, it may spend as much as that did; with
        a parent "augment" it goes on with supervised fine-tuning.
        """
        micro = self.defaults.rollouts.micro_batch_size
        settings = {**self._decoding(benchmark), "micro_batch_size": micro}
        # Where these are off, keys do not know of them.
        if Parent.AUGMENT in parents:
            settings["sft"] = self._sft()
        if every := self.defaults.rft.checkpoints:
            settings["checkpoints"] = every
        if self.defaults.rft.gradient_checkpointing:
            settings["gradient_checkpointing"] = True
        if self._vllm:
            settings |= {**self._vllm, "mode": self.defaults.rollouts.vllm.mode}
        settings |= self._lora("rft")
        content: Content = {
            "benchmark": benchmark.identity(),
            "algorithm": algorithm.identity(),
            "settings": settings,
            **self._processes,
            **_of_kind(model),
        }
        content.update(recipe.identity())
        if Parent.REFERENCE in parents:
            content["match"] = self.defaults.match_rft
        content["seed"] = self._seed("rft", seed)
        return self._identity("rft", parents, content)

    def evaluate(
        self,
        parents: Mapping[str, str],
        benchmark: Entry[Benchmark],
        model: Entry[LanguageModel],
        split: str,
        seed: int,
        decoder: Entry[Decoder] | None = None,
    ) -> Identity:
        """Evaluation of any checkpoint, or of a decoder over several.

        Before, after and decoded share seed, prompts and decoding.
        """
        length = {"max_new_tokens": self._decoding(benchmark)["max_new_tokens"]}
        prompt = self.defaults.prompt.settings(stop=True)
        settings = {**self._evaluate, **length, **prompt, **self._vllm}
        content: Content = {
            "benchmark": benchmark.identity(),
            "settings": settings,
            **_of_kind(model),
            "seed": self._seed("evaluate", split, seed),
        }
        if decoder is not None:
            content["decoder"] = decoder.identity()
        return self._identity("evaluate", parents, content)

    def overlap(self, parents: Mapping[str, str]) -> Identity:
        """The share of the test questions found in the training data; nothing in it is random."""
        return self._identity("overlap", parents, {})

    def analyse(
        self,
        parents: Mapping[str, str],
        benchmark: Entry[Benchmark],
        analysis: Entry[Analysis],
        seed: int,
    ) -> Identity:
        """A read-only measurement over the folders of its parents, perhaps on their models."""
        content: Content = {"analysis": analysis.identity(), "benchmark": benchmark.identity()}
        if analysis.plugin.uses_models:
            content["settings"] = self._decoding(benchmark)
        # Not named by the arm: two arms are measured with the same random numbers.
        content["seed"] = self._seed("analyse", analysis.name, seed)
        return self._identity("analyse", parents, content)

    def _decoding(self, benchmark: Entry[Benchmark]) -> dict[str, Json]:
        if (known := self._decodings.get(id(benchmark))) is None:
            rollouts = self.defaults.rollouts
            length = rollouts.max_new_tokens or benchmark.plugin.max_new_tokens
            known = rollouts.model_dump(mode="json", include={"temperature", "batch_size"})
            known |= {"max_new_tokens": length, **self.defaults.prompt.settings(stop=True)}
            self._decodings[id(benchmark)] = known
        return dict(known)

    def _sft(self) -> dict[str, Json]:
        return {**self.defaults.sft.model_dump(mode="json"), **self._lora("sft")}

    def _lora(self, stage: str) -> dict[str, Json]:
        return self.defaults.lora.settings(stage)

    def _seed(self, *names: object) -> int:
        return derive_seed(self.suite.seed, *names)

    def _identity(self, kind: StageKind, parents: Mapping[str, str], content: Content) -> Identity:
        return {
            "schema": SCHEMA,
            "kind": kind,
            "implementation": IMPLEMENTATION[kind],
            **self._computation(kind, content.get("settings")),
            **content,
            "parents": dict(parents),
        }

    def _computation(self, kind: StageKind, settings: Mapping[str, Json] | None) -> Computation:
        if kind not in LIBRARIES or settings is None:  # as an analysis or a strategy without models
            return {}
        libraries = self.libraries[kind]
        if "lora" in settings:
            libraries = {**libraries, **library_versions(("peft",))}
        prompt = settings.get("prompt")
        if isinstance(prompt, Mapping) and "template" in prompt:
            libraries = {**libraries, **library_versions(("jinja2",))}
        return {"numerics": self.numerics, "libraries": libraries}


def _of_kind(model: Entry[LanguageModel]) -> Content:
    """The plugin of a model that loads, samples and trains it; a causal model needs none."""
    return {} if model.plugin.kind == CAUSAL else {"model": model.identity()}
