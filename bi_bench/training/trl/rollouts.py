"""Draws rollouts for GRPOTrainer, by our sampler or by vLLM, and rewards them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from trl.trainer.grpo_trainer import GRPOTrainer

from bi_bench.api import derive_seed
from bi_bench.training.generation.sampler import Rows, sample, truncated
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.generation.vllm_engine import draw
from bi_bench.training.job import TrainingJob
from bi_bench.training.tokenization import decode, encode_prompts
from bi_bench.training.trl.resampling import Group, choose, refill
from bi_bench.training.trl.settings import Extras
from bi_bench.training.trl.task import RLTask


class Drawn(NamedTuple):
    """Completions as token ids, and the log-probability of each token under the sampler."""

    completions: Rows
    logprobs: list[list[float]]


class Rollouts:
    """The rollout function and the reward function of one phase.

    ``updates`` is how many updates a rollout batch is used for; noise is seeded by the batch number,
    so it does not depend on that. ``first`` is the offset of this process's prompts in the whole
    batch. ``generated`` counts the tokens that were sampled,
    ``kept`` those that went on to training.
    """

    def __init__(
        self, job: TrainingJob, task: RLTask, extras: Extras, updates: int, first: int = 0
    ) -> None:
        self._job, self._task, self._extras = job, task, extras
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
        problems = [self._index[prompt] for prompt in repeated[::size]]
        drawn = self._sample(problems, "rollout", number)
        graded: dict[str, Any] = {}
        if self._extras.resample_rounds:
            groups = self._resampled(self._groups(problems, drawn), number)
            problems = [group.problem for group in groups]
            drawn = Drawn(
                [row for group in groups for row in group.completions],
                [row for group in groups for row in group.logprobs],
            )
            # TRL hands further columns on to the reward function, in place of the dataset's own.
            graded = {
                "index": [problem for problem in problems for _ in range(size)],
                "graded": [value for group in groups for value in group.rewards],
            }
        self.kept += sum(map(len, drawn.completions))
        prompt_ids: Rows = [self._ids[problem] for problem in problems for _ in range(size)]
        ours = {"prompt_ids": prompt_ids, "completion_ids": drawn.completions}
        return {**ours, "logprobs": drawn.logprobs, **graded}

    def rewarded(
        self,
        completion_ids: Rows,
        index: list[int],
        log_metric: Callable[[str, float], None],
        graded: list[float] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """The reward of each completion, the penalty for excessive length taken off."""
        values = self._grade(index, completion_ids) if graded is None else graded
        if weight := self._extras.overlong_penalty:
            log_metric("reward_unshaped", fmean(values))
            limit, share = self._task.decoding.max_new_tokens, self._extras.overlong_share
            lengths = map(len, completion_ids)
            values = [
                value - weight * overlong(length, limit, share)
                for value, length in zip(values, lengths, strict=True)
            ]
        for name, count in self._counts.items():
            log_metric(name, count)
        if self._stop:
            self._correct_metrics(completion_ids)
        return [*values]

    def _correct_metrics(self, completions: Rows) -> None:
        """TRL takes every completion for truncated that does not end in the end token."""
        end = int(self._tokenizer.eos_token_id)
        cut = list(truncated(completions, end, self._stop))
        whole = [len(row) for row, hit_limit in zip(completions, cut, strict=True) if not hit_limit]
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
            lambda turn, problems: self._groups(
                problems, self._sample(problems, "rollout", number, turn)
            ),
            lambda turn, count, seen: choose(total, count, seen, seed, number, turn),
            self._extras.resample_rounds,
        )
        self._counts = {
            "groups/resampled": refilled.drawn,
            "groups/uninformative": refilled.uninformative,
        }
        return refilled.groups

    def _groups(self, problems: Sequence[int], drawn: Drawn) -> list[Group]:
        size = self._group
        rewards = self._grade([p for p in problems for _ in range(size)], drawn.completions)
        cuts = [slice(size * place, size * (place + 1)) for place in range(len(problems))]
        return [
            Group(problem, drawn.completions[cut], rewards[cut], drawn.logprobs[cut])
            for problem, cut in zip(problems, cuts, strict=True)
        ]

    def _sample(self, problems: Sequence[int], *names: object) -> Drawn:
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
        drawn = Drawn(completions, logprobs)
        self.generated += sum(map(len, drawn.completions))
        return drawn

    def _grade(self, index: Sequence[int], completions: Rows) -> list[float]:
        texts = decode(self._tokenizer, completions)
        return checked_rewards(self._task.reward(index, texts), len(index))


def overlong(length: int, limit: int, share: float) -> float:
    """How far a completion is into the last ``share`` of the greatest length, from 0 to 1.

    The soft overlong punishment of DAPO (arXiv 2503.14476, equation 13), its sign turned:
    ``share`` is its L_cache / L_max, 4096 / 20480 there.
    """
    free = limit * (1 - share)
    return min(1.0, max(0.0, (length - free) / (limit - free)))


def checked_rewards(rewards: Sequence[float], expected: int) -> list[float]:
    """The rewards as floats; TRL would turn a wrong length or an infinity into a zero gradient."""
    values = [float(value) for value in rewards]
    if len(values) != expected:
        raise ValueError(f"the reward gave {len(values)} numbers for {expected} completions")
    if not all(map(math.isfinite, values)):
        raise ValueError("the reward gave a number that is not finite")
    return values
