"""What decides the result of each kind of stage: the content that its key is the hash of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bi_bench.api import derive_seed
from bi_bench.api.versions import library_versions
from bi_bench.plan.checks.template import check_template
from bi_bench.plan.numerics import resolve
from bi_bench.plan.stage import StageKind
from bi_bench.suite import Entry, Suite

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
# What decides the result of a stage beside the libraries that its plugins declare.
SAMPLING = ("torch", "transformers", "tokenizers")
TRAINING = (*SAMPLING, "trl", "accelerate", "numpy")
LIBRARIES: Mapping[StageKind, tuple[str, ...]] = {
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
        self._sources: dict[str, Mapping[str, Any]] = {}
        self._decodings: dict[int, dict[str, Any]] = {}  # by entry: thousands of cells ask for it
        self._counts = self.defaults.data.model_dump()
        self._evaluate = self.defaults.evaluate.model_dump(
            mode="json", exclude={"splits", "benchmarks"}
        )
        self.libraries = {kind: library_versions(names) for kind, names in LIBRARIES.items()}
        # What is off is in no key: stages from before are still found.
        self.engine: dict[str, Any] = {}
        if self.defaults.rollouts.engine == "vllm":
            self.engine = {"engine": "vllm"}
            for kind in ("rft", "probe", "evaluate"):
                self.libraries[kind] |= library_versions(("vllm",))
        processes = self.defaults.numerics.processes
        self._together: dict[str, Any] = {"processes": processes} if processes > 1 else {}

    def base(self, model: Entry) -> dict[str, Any]:
        """The untrained model: its plugin and the digest or revision of its weights."""
        if model.label not in self._sources:  # a local checkpoint is read for its digest
            source = model.plugin.source()
            check_template(self.defaults.prompt, model, source)
            self._sources[model.label] = source.identity
        return self._identity("base", {}, model=model.identity(), source=self._sources[model.label])

    def problems(self, benchmark: Entry, split: str, seed: int | None) -> dict[str, Any]:
        """One split of a benchmark; ``seed`` is the seed axis for training splits, else None."""
        count = self._counts["test" if split.startswith("test") else split]
        named = self._seed("problems", split, *([] if seed is None else [seed]))
        content = {"benchmark": benchmark.identity(), "split": split, "n": count, "seed": named}
        return self._identity("problems", {}, **content)

    def augment(
        self, parents: Mapping[str, str], benchmark: Entry, strategy: Entry, seed: int
    ) -> dict[str, Any]:
        """Demonstrations. The seed does not name the strategy: arms are question-matched."""
        content = {"benchmark": benchmark.identity(), "strategy": strategy.identity()}
        return self._identity("augment", parents, **content, seed=self._seed("augment", seed))

    def sft(self, parents: Mapping[str, str], seed: int) -> dict[str, Any]:
        """Supervised fine-tuning; shuffling does not depend on the strategy.

        With a parent "reference", the demonstrations of another arm, it is matched to that arm.
        """
        settings = {**self._sft(), **self.defaults.prompt.settings(stop=False)}
        content: dict[str, Any] = {"settings": settings, **self._together}
        if "reference" in parents:
            content["match"] = self.defaults.match_sft
        return self._identity("sft", parents, **content, seed=self._seed("sft", seed))

    def probe(self, parents: Mapping[str, str], benchmark: Entry, seed: int) -> dict[str, Any]:
        """Rollouts of the SFT model on problems of their own."""
        settings = {
            **self.defaults.probe.model_dump(mode="json"),
            **self._decoding(benchmark),
            **self.engine,
        }
        content = {"benchmark": benchmark.identity(), "settings": settings}
        return self._identity("probe", parents, **content, seed=self._seed("probe", seed))

    def rft(
        self, parents: Mapping[str, str], benchmark: Entry, algorithm: Entry, seed: int
    ) -> dict[str, Any]:
        """Reinforcement fine-tuning; the seed does not name the algorithm or the strategy.

        With a parent "reference", the RFT of another arm, it may spend as much as that did; with
        a parent "augment" it goes on with supervised fine-tuning.
        """
        micro = self.defaults.rollouts.micro_batch_size
        settings = {**self._decoding(benchmark), "micro_batch_size": micro}
        # Where these are off, keys do not know of them.
        if "augment" in parents:
            settings["sft"] = self._sft()
        if every := self.defaults.rft.checkpoints:
            settings["checkpoints"] = every
        if self.defaults.rft.gradient_checkpointing:
            settings["gradient_checkpointing"] = True
        if self.engine:
            settings |= {**self.engine, "mode": self.defaults.rollouts.vllm.mode}
        settings |= self._lora("rft")
        content: dict[str, Any] = {
            "benchmark": benchmark.identity(),
            "algorithm": algorithm.identity(),
            "settings": settings,
            **self._together,
        }
        if "reference" in parents:
            content["match"] = self.defaults.match_rft
        return self._identity("rft", parents, **content, seed=self._seed("rft", seed))

    def evaluate(
        self, parents: Mapping[str, str], benchmark: Entry, split: str, seed: int
    ) -> dict[str, Any]:
        """Evaluation of any checkpoint; before and after share seed, prompts and decoding."""
        length = {"max_new_tokens": self._decoding(benchmark)["max_new_tokens"]}
        prompt = self.defaults.prompt.settings(stop=True)
        settings = {**self._evaluate, **length, **prompt, **self.engine}
        content = {"benchmark": benchmark.identity(), "settings": settings}
        return self._identity(
            "evaluate", parents, **content, seed=self._seed("evaluate", split, seed)
        )

    def overlap(self, parents: Mapping[str, str]) -> dict[str, Any]:
        """How much of the test questions stands in the training data; nothing in it is drawn."""
        return self._identity("overlap", parents)

    def analyse(
        self, parents: Mapping[str, str], benchmark: Entry, analysis: Entry, seed: int
    ) -> dict[str, Any]:
        """A read-only measurement over the folders of its parents, perhaps on their models."""
        content = {"analysis": analysis.identity(), "benchmark": benchmark.identity()}
        if analysis.plugin.uses_models:
            content["settings"] = self._decoding(benchmark)
        # Not named by the arm: two arms are measured with the same random numbers.
        named = self._seed("analyse", analysis.name, seed)
        return self._identity("analyse", parents, **content, seed=named)

    def _decoding(self, benchmark: Entry) -> dict[str, Any]:
        if (known := self._decodings.get(id(benchmark))) is None:
            rollouts = self.defaults.rollouts
            length = rollouts.max_new_tokens or benchmark.plugin.max_new_tokens
            known = rollouts.model_dump(mode="json", include={"temperature", "batch_size"})
            known |= {"max_new_tokens": length, **self.defaults.prompt.settings(stop=True)}
            self._decodings[id(benchmark)] = known
        return dict(known)

    def _sft(self) -> dict[str, Any]:
        return {**self.defaults.sft.model_dump(mode="json"), **self._lora("sft")}

    def _lora(self, stage: str) -> dict[str, Any]:
        return self.defaults.lora.settings(stage)

    def _seed(self, *names: object) -> int:
        return derive_seed(self.suite.seed, *names)

    def _identity(
        self, kind: StageKind, parents: Mapping[str, str], **content: Any
    ) -> dict[str, Any]:
        version = IMPLEMENTATION[kind]
        identity: dict[str, Any] = {"schema": SCHEMA, "kind": kind, "implementation": version}
        settings = content.get("settings", {})
        if kind in LIBRARIES and settings:  # an analysis without models has none
            libraries = self.libraries[kind]
            if "lora" in settings:
                libraries = {**libraries, **library_versions(("peft",))}
            if "template" in settings.get("prompt", {}):
                libraries = {**libraries, **library_versions(("jinja2",))}
            identity |= {"numerics": self.numerics, "libraries": libraries}
        return {**identity, **content, "parents": dict(parents)}
