"""Expert iteration: sample, keep what is right, fine-tune on it, repeat.

As in RAFT (Dong et al., arXiv 2304.06767) and the expert iteration of Havrilla et al. (arXiv
2403.04642), rewards being 0 or 1. Each round goes on from the weights that the last one left, with a
fresh optimizer; STaR and ReST-EM go back to the first weights instead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from statistics import fmean

from datasets import Dataset

from bi_bench.api import ExpertIteration, Rollout, derive_seed
from bi_bench.training.generation.rollouts import as_rollouts
from bi_bench.training.generation.sampler import Rows, sample
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.job import Trained, TrainingJob, silent
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.order import in_turn
from bi_bench.training.trl.rollouts import earned
from bi_bench.training.trl.sft import SFTSettings, train_encoded
from bi_bench.training.trl.task import RLTask


def train_expert_iteration(job: TrainingJob, task: RLTask[ExpertIteration]) -> Trained:
    """``phase.steps`` rounds in place, each over ``phase.prompts`` of the prompts, all in turn.

    The log has a row a round: the mean reward, how many completions were kept and from how many
    problems, the loss before the last update. A round in which nothing was right changes nothing.
    With ``lora`` every round trains new adapters and merges them; our sampler draws the rollouts.
    """
    phase, (model, tokenizer) = task.phase, (job.checkpoint.model, job.checkpoint.tokenizer)
    sft = _sft(task)
    trainable = None
    end = int(tokenizer.eos_token_id)
    stop = stopper(tokenizer, task.decoding.stop)
    ids = encode_prompts(tokenizer, task.prompts)
    log: list[Mapping[str, float]] = []
    generated = tokens_trained = 0
    order = in_turn(len(task.prompts), job.seed)
    for number in range(phase.steps):
        chosen = task.choose(number, phase.prompts)
        if chosen is None:
            chosen = [next(order) for _ in range(phase.prompts)]
        logprobs: list[list[float]] = []
        completions = sample(
            model,
            [ids[index] for index in chosen],
            task.decoding,
            end=end,
            stop=stop,
            group=phase.group,
            seed=derive_seed(job.seed, "rollout", number),
            batch=task.batch,
            bf16=job.numerics.bf16,
            logprobs=logprobs,
        )
        generated += sum(map(len, completions))
        repeated = [index for index in chosen for _ in range(phase.group)]
        rollouts = as_rollouts(tokenizer, repeated, completions, logprobs, stop)
        rewards = earned(task.reward, rollouts)
        kept = keep_right(rollouts, rewards, phase.keep)
        row: dict[str, float] = {
            "step": number + 1,
            "reward": fmean(rewards),
            "kept": len(kept),
            "problems": len({index for index, _ in kept}),
        }
        if kept:
            seed = derive_seed(job.seed, "fit", number)
            fit = dataclasses.replace(job, seed=seed, progress=silent)
            trained = train_encoded(fit, _dataset(ids, kept), sft)
            tokens_trained += trained.tokens_trained
            trainable = trained.trainable
            row["loss"] = trained.log[-1]["loss"]
        log.append(row)
        job.progress(step=number + 1, total=phase.steps, reward=row["reward"])
        enough = task.after(rollouts, rewards)
        if task.on_step(number + 1, generated) or enough:
            break
    return Trained(log, tokens_trained, generated, trainable)


def keep_right(
    rollouts: Sequence[Rollout], rewards: Sequence[float], most: int
) -> list[tuple[int, list[int]]]:
    """The first ``most`` distinct completions of each problem that earned 1, with their problems.

    A completion that was cut off at the length limit is left out: it would teach not to end.
    """
    kept: dict[int, list[list[int]]] = {}
    for rollout, reward in zip(rollouts, rewards, strict=True):
        mine, completion = kept.setdefault(rollout.problem, []), list(rollout.ids)
        if reward >= 1 and not rollout.truncated and len(mine) < most and completion not in mine:
            mine.append(completion)
    return [(problem, completion) for problem, mine in kept.items() for completion in mine]


def _dataset(ids: Rows, kept: Sequence[tuple[int, list[int]]]) -> Dataset:
    rows = [(ids[problem], completion) for problem, completion in kept]
    return Dataset.from_dict(
        {
            "input_ids": [prompt + completion for prompt, completion in rows],
            "completion_mask": [
                [0] * len(prompt) + [1] * len(completion) for prompt, completion in rows
            ],
        }
    )


def _sft(task: RLTask[ExpertIteration]) -> SFTSettings:
    settings = task.phase
    return SFTSettings(
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        schedule="constant",
        warmup=0.0,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        max_length=2**20,  # rollouts have a length limit of their own
        micro_batch_size=task.micro_batch,
        gradient_checkpointing=task.gradient_checkpointing,
        loss_on="response",
        lora=task.lora,
    )
