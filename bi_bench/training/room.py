"""The room of a phase: what trainers and algorithms do with its problems and the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from bi_bench.api import (
    Algorithm,
    Grade,
    History,
    Phase,
    Problem,
    Reward,
    Rollout,
    RolloutPhase,
    Room,
    StepVerdict,
    UserError,
    derive_seed,
    stream,
)
from bi_bench.api.boundary import calling
from bi_bench.api.phase import Data
from bi_bench.training.context_length import check_context_length
from bi_bench.training.generation.rollouts import as_rollouts
from bi_bench.training.generation.sampler import Rows, sample
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.generation.vllm_engine import VLLM
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.lora import adapted, has_adapters, merge
from bi_bench.training.methods import chosen, credited, ended
from bi_bench.training.tokenization import encode_completions, encode_prompts
from bi_bench.training.trl.order import in_turn
from bi_bench.training.trl.sft import Demonstrations, SFTSettings
from bi_bench.training.trl.task import OnStep, RFTSettings, RLTask
from bi_bench.training.updates import Batch, Updater, averaged

SECONDS = 30.0  # for the reward of one rollout
Kind = TypeVar("Kind", bound=RolloutPhase)


@dataclass(frozen=True, slots=True)
class Grading:
    """The benchmark and the arm, as far as a phase needs them; problems by index."""

    grade: Callable[[int, str], Grade]
    verdicts: Callable[[int, str], list[StepVerdict]]
    demonstration: Callable[[int], str | None]


class Weighted(NamedTuple):
    """A reward with its weight in the sum."""

    reward: Reward
    weight: float


class TrainingRoom:
    """The room of one phase, :class:`bi_bench.api.Room`.

    Trainers of bi_bench itself also read ``job``, ``settings`` and :meth:`task`, and :meth:`leave` what
    they have done. ``steps`` are those done so far, where they are known. With ``collects``, ``right``
    gathers the right rollouts as (problem, completion), for a later phase that learns from them.
    """

    def __init__(
        self,
        job: TrainingJob,
        settings: RFTSettings,
        phase: Phase,
        algorithm: Algorithm,
        problems: Sequence[Problem],
        prompts: Sequence[str],
        grading: Grading,
        rewards: Sequence[Weighted],
        on_step: OnStep,
        vllm: VLLM | None = None,
        arm: Callable[[], Demonstrations] = lambda: Demonstrations([], []),
        earlier: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.job, self.settings, self.phase = job, settings, phase
        self.problems, self.prompts = problems, prompts
        self.rng = stream(job.seed, "trainer")
        self.collects, self.right = False, list[tuple[int, str]]()
        self.steps = 0
        self._algorithm, self._grading, self._rewards = algorithm, grading, rewards
        self._on_step, self._vllm = on_step, vllm
        self._arm, self._earlier = arm, earlier
        self._trained = Trained([], 0)
        self._order = in_turn(len(problems), job.seed)
        self._earned: dict[int, list[float]] = {}
        self._noted: dict[int, dict[str, float]] = {}  # by step, for the log
        self._calls = self._checked = 0
        model, micro = job.checkpoint.model, settings.micro_batch_size
        self._adapted: torch.nn.Module | None = None
        self._policy, self._imitation = (Updater(model, micro, job.numerics.bf16) for _ in range(2))

    @property
    def model(self) -> PreTrainedModel:
        """The model that is trained."""
        return self.job.checkpoint.model

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer."""
        return self.job.checkpoint.tokenizer

    def task(self, phase: Kind) -> RLTask[Kind]:
        """The task of a trainer that draws its own rollouts; UserError for prompts that do not fit."""
        settings = self.settings
        self._check_lengths(settings.max_new_tokens)
        return RLTask(
            phase=phase,
            prompts=self.prompts,
            reward=self.rewards,
            decoding=settings.sampled,
            batch=settings.batch_size,
            micro_batch=settings.micro_batch_size,
            on_step=self._stepped,
            gradient_checkpointing=settings.gradient_checkpointing,
            lora=settings.lora,
            vllm=self._vllm,
            choose=self._chosen,
            credit=self._credit if self._algorithm.overrides("credit") else None,
            after=self._after,
        )

    def shown(self, data: Data) -> Demonstrations | None:
        """What a supervised phase learns from: the arm's demonstrations, or what ``earlier`` holds.

        None where the phase before found nothing right.
        """
        if data == "demonstrations":
            return self._arm()
        if not self._earlier:
            return None
        distinct = list(dict.fromkeys(self._earlier))
        return Demonstrations(
            [self.prompts[index] for index, _ in distinct],
            [text for _, text in distinct],
            [f"a rollout of {self.problems[index].id}" for index, _ in distinct],
        )

    def sft_settings(self, learning_rate: float | None) -> SFTSettings:
        """Those of supervised fine-tuning, perhaps with another learning rate."""
        settings = self.settings.sft
        if settings is None:
            raise UserError("a supervised phase needs settings of SFT in the stage")
        return settings if learning_rate is None else replace(settings, learning_rate=learning_rate)

    def choose(self, n: int) -> list[int]:
        """Indices of the next ``n`` problems."""
        own = self._chosen(self.steps, n)
        return [next(self._order) for _ in range(n)] if own is None else list(own)

    def rollouts(
        self,
        indices: Sequence[int],
        group: int,
        *,
        temperature: float | None = None,
        max_new_tokens: int | None = None,
    ) -> list[Rollout]:
        """``group`` completions for each problem, in order."""
        decoding = self.settings.sampled
        if temperature is not None:
            decoding = replace(decoding, temperature=temperature)
        if max_new_tokens is not None:
            decoding = replace(decoding, max_new_tokens=max_new_tokens)
        self._check_lengths(decoding.max_new_tokens)
        stop = stopper(self.tokenizer, decoding.stop)
        logprobs: list[list[float]] = []
        completions = sample(
            self.model,
            encode_prompts(self.tokenizer, [self.prompts[index] for index in indices]),
            decoding,
            end=int(self.tokenizer.eos_token_id),
            stop=stop,
            group=group,
            seed=derive_seed(self.job.seed, "rollout", self._calls),
            batch=self.settings.batch_size,
            bf16=self.job.numerics.bf16,
            logprobs=logprobs,
        )
        self._calls += 1
        self._count(generated=sum(map(len, completions)))
        repeated = [index for index in indices for _ in range(group)]
        return as_rollouts(self.tokenizer, repeated, completions, logprobs, stop)

    def grades(self, rollouts: Sequence[Rollout]) -> list[Grade]:
        """The benchmark's verdict on each."""
        return [self._grading.grade(rollout.problem, rollout.text) for rollout in rollouts]

    def rewards(self, rollouts: Sequence[Rollout]) -> list[float]:
        """What each earns: the weighted sum of the phase's rewards."""
        return [self._score(rollout) for rollout in rollouts]

    def verdicts(self, rollout: Rollout) -> list[StepVerdict]:
        """The step verifier's verdict on each step of its text."""
        return self._grading.verdicts(rollout.problem, rollout.text)

    def demonstration(self, index: int) -> str | None:
        """A solution of a problem, None where there is none."""
        return self._grading.demonstration(index)

    def policy_update(
        self,
        rollouts: Sequence[Rollout],
        advantages: Sequence[float] | Sequence[Sequence[float]],
        *,
        learning_rate: float,
        clip: float | None = None,
        per_sequence: bool = True,
        weight_decay: float = 0.0,
        max_grad_norm: float = 1.0,
    ) -> dict[str, float]:
        """One update by the policy gradient."""
        completions = [list(rollout.ids) for rollout in rollouts]
        batch = Batch(
            self._encoded([rollout.problem for rollout in rollouts]),
            completions,
            averaged(advantages, completions, per_sequence),
            [rollout.logprobs for rollout in rollouts],
        )
        self._count(trained=sum(map(len, completions)))
        self._adapt()
        return self._policy.update(
            batch,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            max_grad_norm=max_grad_norm,
            temperature=self.settings.temperature,
            clip=clip,
        )

    def imitate(
        self,
        pairs: Sequence[tuple[int, str]],
        weights: Sequence[float] | None = None,
        *,
        learning_rate: float,
        weight_decay: float = 0.0,
        max_grad_norm: float = 1.0,
    ) -> dict[str, float]:
        """One supervised update on (problem, completion) pairs."""
        if not pairs:
            raise ValueError("there is nothing to imitate")
        completions = encode_completions(self.tokenizer, [text for _, text in pairs])
        values = weights or [1.0] * len(pairs)
        batch = Batch(
            self._encoded([index for index, _ in pairs]),
            completions,
            averaged(values, completions, per_sequence=False),
        )
        self._count(trained=sum(map(len, completions)))
        self._adapt()
        done = self._imitation.update(
            batch,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            max_grad_norm=max_grad_norm,
        )
        noted = self._noted.setdefault(self.steps + 1, {"imitated": 0})
        noted["imitated"] += len(pairs)
        noted["imitation_loss"] = done["loss"]
        return done

    def step(self, **log: float) -> bool:
        """Ends a step; True where the phase is over."""
        self.steps += 1
        self._trained.log.append({"step": self.steps, **self._noted.get(self.steps, {}), **log})
        self.job.progress(step=self.steps, total=self.phase.steps, **log)
        enough = self._on_step(self.steps, self._trained.tokens_generated)
        return enough or self.steps >= self.phase.steps

    def leave(self, trained: Trained, steps: int | None = None) -> None:
        """The result of a trainer that keeps its own log; what ``between`` did is added.

        ``steps`` where it has not called the task's ``on_step``.
        """
        own, self.steps = self._trained, self.steps if steps is None else steps
        self._trained = replace(
            trained,
            log=[self._with_noted(row) for row in trained.log],
            tokens_trained=trained.tokens_trained + own.tokens_trained,
            tokens_generated=trained.tokens_generated + own.tokens_generated,
        )

    def close(self) -> Trained:
        """What the phase has done; adapters of :meth:`policy_update` are merged."""
        if self._adapted is not None:
            trainable = merge(self._adapted, self.settings.lora)
            self._trained = replace(self._trained, trainable=trainable)
        return self._trained

    def _score(self, rollout: Rollout) -> float:
        problem = self.problems[rollout.problem]
        grade = self._grading.grade(rollout.problem, rollout.text)
        total = 0.0
        for reward, weight in self._rewards:
            with calling(f'reward "{reward.name}", problem {problem.id}', reward.score, SECONDS):
                value = float(reward.score(problem, rollout, grade))
                if not math.isfinite(value):
                    raise ValueError(f"score returned {value}, which is not finite")
            total += weight * value
        return total

    def _chosen(self, step: int, n: int) -> Sequence[int] | None:
        if not self._algorithm.overrides("choose"):
            return None
        history = History(self.problems, step, self.phase.steps, self._earned)
        return chosen(self._algorithm, history, n, stream(self.job.seed, "choose", step))

    def _credit(
        self, rollouts: Sequence[Rollout], advantages: Sequence[float]
    ) -> Sequence[Sequence[float]] | None:
        return credited(self._algorithm, rollouts, advantages, self, self.steps + 1)

    def _after(self, rollouts: Sequence[Rollout], rewards: Sequence[float]) -> bool:
        for rollout, reward in zip(rollouts, rewards, strict=True):
            self._earned.setdefault(rollout.problem, []).append(reward)
        if self.collects:
            graded = zip(rollouts, self.grades(rollouts), strict=True)
            self.right += [
                (each.problem, each.text)
                for each, grade in graded
                if grade.correct and not each.truncated
            ]
        return ended(self._algorithm, rollouts, rewards, self, self.steps + 1)

    def _stepped(self, step: int, generated: int) -> bool:
        self.steps = step
        return self._on_step(step, generated)

    def _with_noted(self, row: Mapping[str, float]) -> Mapping[str, float]:
        step, rest = divmod(row["step"], self.phase.updates_per_batch)
        return row if rest else {**row, **self._noted.get(int(step), {})}

    def _adapt(self) -> None:
        """Adapters where the suite asks for them and no trainer has put its own in."""
        lora = self.settings.lora
        if lora and self._adapted is None and not has_adapters(self.model):
            self._adapted = adapted(self.model, lora)

    def _count(self, *, generated: int = 0, trained: int = 0) -> None:
        known = self._trained
        self._trained = replace(
            known,
            tokens_generated=known.tokens_generated + generated,
            tokens_trained=known.tokens_trained + trained,
        )

    def _encoded(self, indices: Sequence[int]) -> Rows:
        return [self._ids[index] for index in indices]

    @cached_property
    def _ids(self) -> Rows:
        return encode_prompts(self.tokenizer, self.prompts)

    def _check_lengths(self, max_new_tokens: int) -> None:
        if max_new_tokens > self._checked:
            names = [problem.id for problem in self.problems]
            check_context_length(self.job.checkpoint, names, self.prompts, max_new_tokens)
            self._checked = max_new_tokens


def inner(room: Room) -> TrainingRoom:
    """The room as a trainer of bi_bench itself needs it."""
    if not isinstance(room, TrainingRoom):
        raise TypeError(f"{type(room).__name__} is not the room of a training stage")
    return room
