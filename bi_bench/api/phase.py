"""Phases: runs of a trainer that an algorithm declares, each with its own settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from bi_bench.api.reward import RewardTerm

Start = Literal["previous", "sft", "base"]
STARTS: tuple[Start, ...] = get_args(Start)
Data = Literal["demonstrations", "rollouts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One run of a trainer; algorithms declare one of the classes derived from this.

    ``trainer`` names a trainer plugin, ``steps`` counts what it calls a step: rollout batches, rounds
    or updates. ``start``: the weights that it begins with, those of the phase before ("previous", for the
    first one the SFT model), of the SFT model or of the base model.
    """

    trainer: str
    steps: int
    start: Start = "previous"

    @property
    def updates_per_batch(self) -> int:
        """Optimizer updates a step."""
        return 1

    @property
    def fixed_length(self) -> str:
        """The reason why it cannot end before ``steps``, to complete a sentence; empty if it can."""
        return ""

    def objective(self) -> object:
        """What decides the direction of its updates, as plain JSON values.

        Two algorithms whose phases agree in it are reported as one.
        """
        return asdict(self)

    def work(self, sft_batch: int) -> tuple[float, float] | None:
        """Completions generated and trained on, for estimates; None where they cannot be known.

        ``sft_batch`` is the batch size of supervised fine-tuning.
        """
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPhase(Phase):
    """A phase that draws ``group`` rollouts for each of ``prompts`` problems a step.

    ``rewards`` are added up, each by its weight: names, or terms with parameters.
    """

    prompts: int
    group: int
    rewards: Sequence[str | RewardTerm] = ("answer",)

    @property
    def terms(self) -> tuple[RewardTerm, ...]:
        """The rewards, each with parameters and weight."""
        return tuple(RewardTerm(one) if isinstance(one, str) else one for one in self.rewards)

    def work(self, sft_batch: int) -> tuple[float, float] | None:
        """Every rollout is generated and trained on once."""
        rollouts = float(self.steps * self.prompts * self.group)
        return rollouts, rollouts


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertIteration(RolloutPhase):
    """Rounds of sampling, keeping right completions and fine-tuning on them.

    At most ``keep`` distinct completions a problem are kept; ``epochs`` passes over them, ``batch_size``
    completions an update.
    """

    trainer: str = "expert-iteration"
    keep: int = 4
    epochs: float = 1.0
    batch_size: int = 32
    learning_rate: float = 1e-6
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedUpdates(Phase):
    """``steps`` updates of supervised fine-tuning.

    ``data``: the demonstrations of the arm, or the right rollouts of the phase before; where there
    are none the phase does nothing. Batches and schedule are those of ``defaults.sft``, and so is the
    learning rate where ``learning_rate`` is None.
    """

    trainer: str = "sft"
    data: Data = "demonstrations"
    learning_rate: float | None = None

    def work(self, sft_batch: int) -> tuple[float, float] | None:
        """One batch an update."""
        return 0.0, float(self.steps * sft_batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCommand(Phase):
    """A program in place of a trainer: ``argv`` with placeholders, ``files`` by placeholder.

    ``timeout`` in seconds.
    """

    trainer: str = "command"
    argv: Sequence[str]
    files: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None

    @property
    def fixed_length(self) -> str:
        """Nobody can tell the program that a budget is spent."""
        return "hands RFT to an outside trainer, which cannot be stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom(RolloutPhase):
    """A phase of a trainer with settings of its own, ``config``, which the trainer checks."""

    config: Mapping[str, Any] = field(default_factory=dict)
