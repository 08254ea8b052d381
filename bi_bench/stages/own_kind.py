"""The stages of a model of a kind of its own: its plugin loads it, and it samples and trains itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bi_bench.api import (
    Algorithm,
    Completion,
    Decoding,
    LanguageModel,
    Learned,
    LoadedModel,
    NumericsIdentity,
    SupervisedUpdates,
    UserError,
    derive_seed,
)
from bi_bench.api.boundary import calling
from bi_bench.api.progress import Progress
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import read_demonstrations
from bi_bench.artifacts.history import write_history
from bi_bench.artifacts.role import Parent
from bi_bench.stages.context import StageContext
from bi_bench.store.digests import check_stage_files
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.identity import parse
from bi_bench.training.seeding import seed_everything


class OwnKind:
    """A loaded model behind the boundary: errors name its plugin, and what it returns is checked."""

    def __init__(self, name: str, model: LoadedModel) -> None:
        self.name, self.model = name, model

    @classmethod
    def load(cls, context: StageContext, role: str = Parent.CHECKPOINT) -> OwnKind:
        """The model in the folder of a parent, after seeding this process."""
        folder = context.inputs[role]
        check_stage_files(folder)
        numerics = context.identity["numerics"]
        Numerics.from_identity(numerics)  # sets threads, misses no device
        seed_everything(context.seed)
        return cls.of(context.plugin(LanguageModel, "model"), folder, numerics)

    @classmethod
    def of(cls, plugin: LanguageModel, folder: Path | None, numerics: NumericsIdentity) -> OwnKind:
        """What a plugin loads from a folder."""
        with calling(f"model {plugin.name}", plugin.load):
            model = plugin.load(folder, numerics)
            if not isinstance(model, LoadedModel):
                raise TypeError(f"load returned a {type(model).__name__}, not a LoadedModel")
        return cls(plugin.name, model)

    def sample(
        self, prompts: Sequence[str], decoding: Decoding, group: int, seed: int, progress: Progress
    ) -> list[Completion]:
        """``group`` completions for each prompt."""
        total = len(prompts) * group
        with calling(f"model {self.name}", self.model.sample):
            found = list(
                self.model.sample(
                    prompts,
                    decoding,
                    group=group,
                    seed=seed,
                    on_done=lambda done: progress(step=done, total=total),
                )
            )
            if len(found) != total or not all(_is_completion(one) for one in found):
                raise TypeError(
                    f"sample must return {total} objects of the class Completion, with texts"
                )
        return found

    def fine_tune(
        self,
        context: StageContext,
        prompting: Prompting,
        settings: Mapping[str, Any],
        seed: int,
        updates: int | None = None,
    ) -> tuple[list[Mapping[str, float]], int]:
        """Train on the demonstrations among the parents; returns the log and the tokens learnt from."""
        rows = read_demonstrations(context.inputs[Parent.AUGMENT])
        with calling(f"model {self.name}", self.model.fine_tune):
            learned: object = self.model.fine_tune(
                prompting.opened([row.prompt for row in rows]),
                [row.completion for row in rows],
                settings,
                updates=updates,
                seed=seed,
                on_step=lambda step, total: context.progress(step=step, total=total),
            )
            if not isinstance(learned, Learned):
                raise TypeError(f"fine_tune returned a {type(learned).__name__}, not a Learned")
            return _numbers(learned.log), int(learned.tokens)

    def save(self, folder: Path) -> None:
        """Write it into the folder of a stage."""
        with calling(f"model {self.name}", self.model.save):
            self.model.save(folder)
            if not any(folder.iterdir()):
                raise FileNotFoundError("save wrote nothing into its folder")


def _is_completion(found: object) -> bool:
    return isinstance(found, Completion) and isinstance(found.text, str)


def _numbers(log: Sequence[object]) -> list[Mapping[str, float]]:
    rows = [row for row in log if isinstance(row, Mapping)]
    known = all(isinstance(value, int | float) for row in rows for value in row.values())
    if len(rows) != len(log) or not known:
        raise TypeError("the log of a Learned must be mappings from names to numbers")
    return rows


def fine_tune(context: StageContext) -> Costs:
    """The stage "sft": supervised fine-tuning of the base model by itself."""
    model = OwnKind.load(context, Parent.BASE)
    settings = parse(dict[str, Any], context.identity["settings"])
    if context.identity.get("match"):  # the plan lets only "updates" through
        own, reference = (
            len(read_demonstrations(context.inputs[role]))
            for role in (Parent.AUGMENT, Parent.REFERENCE)
        )
        settings["epochs"] = settings["epochs"] * reference / own
    prompting = Prompting.from_settings(settings)
    log, tokens = model.fine_tune(context, prompting, settings, context.seed)
    model.save(context.folder)
    write_history(context.folder, log)
    return Costs(tokens_trained=tokens)


def reinforce(context: StageContext) -> Costs:
    """The stage "rft", for supervised updates on demonstrations: the plan refuses all other phases."""
    model = OwnKind.load(context)
    settings = parse(dict[str, Any], context.identity["settings"])
    prompting = Prompting.from_settings(settings)
    history: list[Mapping[str, float]] = []
    tokens = steps = 0
    for number, phase in enumerate(context.plugin(Algorithm, "algorithm").phases()):
        if not isinstance(phase, SupervisedUpdates):
            raise UserError(f'the trainer "{phase.trainer}" serves causal models alone')
        if phase.start != "previous":
            role = Parent.BASE if phase.start == "base" else Parent.CHECKPOINT
            model = OwnKind.load(context, role)
        changed = dict(settings["sft"])
        if phase.learning_rate is not None:
            changed["learning_rate"] = phase.learning_rate
        seed = derive_seed(context.seed, "phase", number)
        log, learnt = model.fine_tune(context, prompting, changed, seed, phase.steps)
        history += [{"phase": number, **row} for row in log]
        tokens, steps = tokens + learnt, steps + phase.steps
    model.save(context.folder)
    write_history(context.folder, history)
    return Costs(tokens_trained=tokens, steps=steps)
