"""Recipes: an algorithm's phases with the trainers and rewards that they name, found and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bi_bench.api import (
    Algorithm,
    Custom,
    Limits,
    Phase,
    Reward,
    RewardTerm,
    RolloutPhase,
    SupervisedUpdates,
    Trainer,
    UserError,
)
from bi_bench.api.boundary import calling
from bi_bench.api.identity import Content, Json
from bi_bench.api.kernels import hub_kernel
from bi_bench.api.phase import STARTS
from bi_bench.api.trainer import HOOKS
from bi_bench.plan.reward_terms import WrongRewardError, reward_of
from bi_bench.plugins import Registered, Registry
from bi_bench.suite import Entry, Suite
from bi_bench.suite.suite import SECONDS


@dataclass(frozen=True)
class Recipe:
    """The phases of an algorithm; ``trainers`` one for each, ``rewards`` by name.

    ``fault``: the first reason why it cannot be carried out, with its label; empty if it can.
    """

    phases: tuple[Phase, ...] = ()
    trainers: tuple[Trainer[Any, Any], ...] = ()
    registered: Mapping[str, Registered[Trainer[Any, Any]]] = field(default_factory=dict)
    rewards: Mapping[str, Registered[Reward]] = field(default_factory=dict)
    fault: str = ""

    @property
    def needs(self) -> frozenset[str]:
        """What the rewards need of a benchmark."""
        return frozenset().union(*(reward.cls.needs for reward in self.rewards.values()))

    @property
    def supervised(self) -> bool:
        """True if a phase goes on with supervised fine-tuning."""
        return any(isinstance(phase, SupervisedUpdates) for phase in self.phases)

    @property
    def from_base(self) -> bool:
        """True if a phase starts from the base model."""
        return any(phase.start == "base" for phase in self.phases)

    @property
    def informed(self) -> bool:
        """True unless every reward is a control that pays whatever the text is."""
        rewards = self.rewards.values()
        return not rewards or any(reward.cls.informed for reward in rewards)

    def identity(self) -> Content:
        """Rewards and trainers as they enter a content key, by name; none that is implied."""
        content: Content = {}
        if rewards := _listed(self.rewards):
            content["rewards"] = rewards
        if trainers := _listed(self.registered):
            content["trainers"] = trainers
        return content

    def conflict(self, limits: Limits) -> str:
        """The reason why the settings of the suite do not suit a phase; empty if they do."""
        for trainer, phase in zip(self.trainers, self.phases, strict=True):
            with calling(f'trainer "{trainer.name}"', trainer.conflict):
                if reason := trainer.conflict(phase, limits):
                    return str(reason)
        return ""


class Recipes:
    """The recipes of a suite's algorithms, each made once."""

    def __init__(self, suite: Suite) -> None:
        self._registry = suite.registry
        self._known: dict[int, Recipe] = {}  # by entry: thousands of cells ask for one

    def of(self, entry: Entry[Algorithm]) -> Recipe:
        """The recipe of an algorithm."""
        if (known := self._known.get(id(entry))) is None:
            known = self._known[id(entry)] = recipe_of(entry, self._registry)
        return known

    def sound(self, entries: Iterable[Entry[Algorithm]]) -> list[Entry[Algorithm]]:
        """The algorithms that can be carried out; cells with another one are skipped."""
        return [entry for entry in entries if not self.of(entry).fault]


def _listed(found: Mapping[str, Registered[Any]]) -> dict[str, Json]:
    return {name: one.identity() for name, one in found.items() if not one.implied}


def recipe_of(entry: Entry[Algorithm], registry: Registry) -> Recipe:
    """The recipe of an algorithm; WrongRewardError where the suite names a reward that it cannot have."""
    who = entry.who
    try:
        plugin = entry.plugin
        with calling(who, plugin.phases, SECONDS):
            phases = tuple(plugin.phases())
    except UserError as error:
        return Recipe(fault=str(error))
    if not phases:
        return Recipe(fault=f"{who}: it has no phases")
    trainers: list[Trainer[Any, Any]] = []
    registered: dict[str, Registered[Trainer[Any, Any]]] = {}
    rewards: dict[str, Registered[Reward]] = {}
    for number, phase in enumerate(phases, 1):
        try:
            for fault in _faults(phase, phases[: number - 1]):
                raise UserError(fault)
            trainer = registered[phase.trainer] = registry.get(Trainer, phase.trainer)
            trainers.append(_trainer(registry, trainer, phase, plugin))
            if isinstance(phase, RolloutPhase):
                rewards |= {term.name: reward_of(registry, term, entry) for term in phase.terms}
        except WrongRewardError:
            raise
        except UserError as error:
            return Recipe(fault=f"{who}: phase {number}: {error}")
    return Recipe(phases, tuple(trainers), registered, rewards)


def _faults(phase: object, earlier: Sequence[Phase]) -> Iterator[str]:
    if not isinstance(phase, Phase) or type(phase) in (Phase, RolloutPhase):
        # No text of the object itself, which may hold an address: reasons are part of a run's name.
        yield f"it is a {type(phase).__name__}, and must be one like PolicyGradient or Custom"
        return
    if not isinstance(phase.trainer, str):
        yield f"trainer is a {type(phase.trainer).__name__}, and must be a name"
    if phase.start not in STARTS:
        yield f"start is one of {', '.join(STARTS)}, not {phase.start!r:.60}"
    counts = ("steps", "prompts", "group") if isinstance(phase, RolloutPhase) else ("steps",)
    for name in counts:
        value = getattr(phase, name)
        if type(value) is not int or value < 1:
            yield f"{name} must be an integer of at least 1, not {value!r:.60}"
    if isinstance(phase, RolloutPhase):
        yield from _reward_faults(phase)
    learns = isinstance(phase, SupervisedUpdates) and phase.data == "rollouts"
    if learns and not (earlier and isinstance(earlier[-1], RolloutPhase)):
        yield "it learns from the rollouts of the phase before it, which draws none"
    try:
        json.dumps(asdict(phase), allow_nan=False)
    except (TypeError, ValueError) as error:
        yield f"its settings are no plain JSON values: {error}"
    if kernel := hub_kernel(asdict(phase)):
        yield f"{kernel} would run code from the hub, which is never done"


def _reward_faults(phase: RolloutPhase) -> Iterator[str]:
    if isinstance(phase.rewards, str) or not isinstance(phase.rewards, Sequence):
        yield 'rewards must be a sequence, like ("answer",)'
    for one in phase.rewards:
        if not isinstance(one, str | RewardTerm):
            yield f"a reward is a {type(one).__name__}, and must be a name or a RewardTerm"
    names = [term.name for term in phase.terms]
    if not names:
        yield "it has no reward"
    if len(set(names)) < len(names):
        yield "a reward is named twice"


def _trainer(
    registry: Registry, found: Registered[Trainer[Any, Any]], phase: Phase, algorithm: Algorithm
) -> Trainer[Any, Any]:
    """The trainer, which takes the phase and calls what the algorithm overrides."""
    name, takes = found.cls.name, found.cls.phase
    if not isinstance(phase, takes):
        raise UserError(
            f'the trainer "{name}" takes phases of the class {takes.__name__}, not '
            f"{type(phase).__name__}"
        )
    for hook in HOOKS:
        if algorithm.overrides(hook) and hook not in found.cls.uses:
            raise UserError(
                f'the trainer "{name}" does not call {hook}, which the algorithm overrides'
            )
    params = dict(phase.config) if isinstance(phase, Custom) else {}
    trainer = registry.build(Trainer, {**found.identity(), "params": params})
    with calling(f'trainer "{name}"', trainer.check):
        trainer.check(phase)
    return trainer
