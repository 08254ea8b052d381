"""Draws rollouts for GRPOTrainer, by our sampler or by vLLM, and rewards them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from trl.trainer.grpo_trainer import GRPOTrainer

from bi_bench.api import PolicyGradient, Rollout, derive_seed
from bi_bench.training.generation.rollouts import as_rollouts
from bi_bench.training.generation.sampler import Rows, sample
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.generation.vllm_engine import draw
from bi_bench.training.job import TrainingJob
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.resampling import Group, choose, refill
from bi_bench.training.trl.settings import Extras
from bi_bench.training.trl.task import RewardFunction, RLTask


class Rollouts:
    """The rollout function and the reward function of one phase.

    ``updates`` is how many updates a rollout batch is used for; noise is seeded by the batch number,
    so it does not depend on that. ``first`` is the offset of this process's prompts in the whole
    batch. ``generated`` counts the tokens that were sampled,
    ``kept`` those that went on to training. ``batch`` and ``rewards`` are those of the step at hand.
    """

    def __init__(
        self,
        job: TrainingJob,
        task: RLTask[PolicyGradient],
        extras: Extras,
        updates: int,
        first: int = 0,
    ) -> None:
        self._job, self._task, self._extras = job, task, extras
        self.batch: list[Rollout] = []
        self.rewards: list[float] = []
        self._updates, self._first = updates, first
        self._tokenizer, self._group = job.checkpoint.tokenizer, task.phase.group
        self._ids = encode_prompts(self._tokenizer, task.prompts)
        self._index = {prompt: index for index, prompt in enumerate(task.prompts)}
        self._counts: dict[str, float] = {}  # of the batch at hand, for the log
        self._stop = stopper(self._tokenizer, task.decoding.stop)
        self._trainer: GRPOTrainer  # that of the batch at hand, set by draw; it holds vLLM
        self.generated = self.kept = 0

    def draw(self, repeated: list[str], trainer: GRPOTrainer) -> dict[str, Any]:
        """The rollout function of GRPOTrainer; ``repeated`` has each prompt once for each rollout."""
        self._trainer = trainer
        size = self._group
        number = trainer.state.global_step // self._updates
        turn = [self._index[prompt] for prompt in repeated[::size]]
        chosen = self._task.choose(number, len(turn))
        self.batch = self._sample(turn if chosen is None else chosen, "rollout", number)
        self.rewards = earned(self._task.reward, self.batch)
        if self._extras.resample_rounds:
            groups = self._resampled(self._groups(self.batch, self.rewards), number)
            self.batch = [rollout for group in groups for rollout in group.rollouts]
            self.rewards = [value for group in groups for value in group.rewards]
        self.kept += sum(len(rollout.ids) for rollout in self.batch)
        return {
            "prompt_ids": [self._ids[rollout.problem] for rollout in self.batch],
            "completion_ids": [list(rollout.ids) for rollout in self.batch],
            "logprobs": [list(rollout.logprobs) for rollout in self.batch],
        }

    def rewarded(
        self, completion_ids: Rows, log_metric: Callable[[str, float], None], **_: Any
    ) -> list[float | None]:
        """The reward of each rollout of the batch, the penalty for excessive length taken off."""
        values = self.rewards
        if weight := self._extras.overlong_penalty:
            log_metric("reward_unshaped", fmean(values))
            limit, share = self._task.decoding.max_new_tokens, self._extras.overlong_share
            lengths = map(len, completion_ids)
            values = [
                value - weight * overlong(length, limit, share)
                for value, length in zip(values, lengths, strict=True)
            ]
            self.rewards = values
        for name, count in self._counts.items():
            log_metric(name, count)
        if self._stop:
            self._correct_metrics()
        return [*values]

    def credited(self, advantages: Sequence[float]) -> Sequence[Sequence[float]] | None:
        """The advantages of the tokens of the batch, as the task credits them."""
        return self._task.credit(self.batch, advantages) if self._task.credit else None

    def _correct_metrics(self) -> None:
        """TRL takes every completion for truncated that does not end in the end token."""
        cut = [rollout.truncated for rollout in self.batch]
        whole = [len(rollout.ids) for rollout in self.batch if not rollout.truncated]
        right = {
            "clipped_ratio": fmean(cut),
            "mean_terminated_length": fmean(whole or [0]),
            "min_terminated_length": min(whole, default=0),
            "max_terminated_length": max(whole, default=0),
        }
        for name, value in right.items():
            self._trainer._metrics["train"][f"completions/{name}"][-1] = float(value)

    def _resampled(self, groups: list[Group], number: int) -> list[Group]:
        seed, total = self._job.seed, len(self._ids)
        refilled = refill(
            groups,
            lambda turn, problems: self._drawn_groups(problems, number, turn),
            lambda turn, count, seen: choose(total, count, seen, seed, number, turn),
            self._extras.resample_rounds,
        )
        self._counts = {
            "groups/resampled": refilled.drawn,
            "groups/uninformative": refilled.uninformative,
        }
        return refilled.groups

    def _drawn_groups(self, problems: Sequence[int], *names: int) -> list[Group]:
        rollouts = self._sample(problems, "rollout", *names)
        return self._groups(rollouts, earned(self._task.reward, rollouts))

    def _groups(self, rollouts: Sequence[Rollout], rewards: Sequence[float]) -> list[Group]:
        size = self._group
        cuts = [slice(start, start + size) for start in range(0, len(rollouts), size)]
        return [Group(tuple(rollouts[cut]), tuple(rewards[cut])) for cut in cuts]

    def _sample(self, problems: Sequence[int], *names: object) -> list[Rollout]:
        task, prompts = self._task, [self._ids[problem] for problem in problems]
        end, seed = int(self._tokenizer.eos_token_id), derive_seed(self._job.seed, *names)
        logprobs: list[list[float]] = []
        if task.vllm:
            completions, logprobs = draw(
                self._trainer.vllm_generation,
                prompts,
                task.decoding,
                end=end,
                group=self._group,
                seed=seed,
                first=self._first,
            )
        else:
            completions = sample(
                self._job.checkpoint.model,
                prompts,
                task.decoding,
                end=end,
                stop=self._stop,
                group=self._group,
                seed=seed,
                batch=task.batch,
                bf16=self._job.numerics.bf16,
                first=self._first,
                logprobs=logprobs,
            )
        self.generated += sum(map(len, completions))
        repeated = [problem for problem in problems for _ in range(self._group)]
        return as_rollouts(self._tokenizer, repeated, completions, logprobs, self._stop)


def overlong(length: int, limit: int, share: float) -> float:
    """How far a completion is into the last ``share`` of the greatest length, from 0 to 1.

    The soft overlong punishment of DAPO (arXiv 2503.14476, equation 13), its sign turned:
    ``share`` is its L_cache / L_max, 4096 / 20480 there.
    """
    free = limit * (1 - share)
    return min(1.0, max(0.0, (length - free) / (limit - free)))


def earned(reward: RewardFunction, rollouts: Sequence[Rollout]) -> list[float]:
    """The rewards as floats; TRL would turn a wrong length or an infinity into a zero gradient."""
    values = [float(value) for value in reward(rollouts)]
    if len(values) != len(rollouts):
        raise ValueError(f"the reward gave {len(values)} numbers for {len(rollouts)} completions")
    if not all(map(math.isfinite, values)):
        raise ValueError("the reward gave a number that is not finite")
    return values
