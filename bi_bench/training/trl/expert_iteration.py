"""Expert iteration: sample, keep what is right, fine-tune on it, repeat.

As in RAFT (Dong et al., arXiv 2304.06767) and the expert iteration of Havrilla et al. (arXiv
2403.04642), rewards being 0 or 1. Each round goes on from the weights that the last one left, with a
fresh optimizer; STaR and ReST-EM go back to the first weights instead.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from datasets import Dataset

from bi_bench.api import Phase, UserError, derive_seed, did_you_mean
from bi_bench.training.generation.sampler import Rows, sample, truncated
from bi_bench.training.generation.stopping import Stop, stopper
from bi_bench.training.job import Trained, TrainingJob, silent
from bi_bench.training.tokenization import decode, encode_prompts
from bi_bench.training.trl.rollouts import checked_rewards
from bi_bench.training.trl.sft import SFTSettings, train_encoded
from bi_bench.training.trl.task import RLTask


@dataclass(frozen=True, slots=True)
class ExpertIterationSettings:
    """The settings of an "expert-iteration" phase: ``keep`` bounds the completions kept per problem.

    ``epochs`` passes over what a round kept, ``batch_size`` completions an update.
    """

    keep: int = 4
    epochs: float = 1.0
    batch_size: int = 32
    learning_rate: float = 1e-6
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0


def train_expert_iteration(job: TrainingJob, task: RLTask) -> Trained:
    """``phase.steps`` rounds in place, each over ``phase.prompts`` of the prompts, all in turn.

    The log has a row a round: the mean reward, how many completions were kept and from how many
    problems, the loss before the last update. A round in which nothing was right changes nothing.
    With ``lora`` every round trains new adapters and merges them; our sampler draws the rollouts.
    Raises UserError for settings that cannot be carried out.
    """
    phase, (model, tokenizer) = task.phase, (job.checkpoint.model, job.checkpoint.tokenizer)
    settings = _settings(phase, task.micro_batch, len(task.prompts))
    sft = _sft(settings, task)
    trainable = None
    end = int(tokenizer.eos_token_id)
    stop = stopper(tokenizer, task.decoding.stop)
    ids = encode_prompts(tokenizer, task.prompts)
    log: list[Mapping[str, float]] = []
    generated = tokens_trained = 0
    order = _order(len(task.prompts), job.seed)
    for number in range(phase.steps):
        chosen = [next(order) for _ in range(phase.prompts)]
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
        )
        generated += sum(map(len, completions))
        repeated = [index for index in chosen for _ in range(phase.group)]
        texts = decode(tokenizer, completions)
        rewards = checked_rewards(task.reward(repeated, texts), len(repeated))
        kept = keep_right(repeated, completions, rewards, settings.keep, end, stop)
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
        if task.on_step(number + 1, generated):
            break
    return Trained(log, tokens_trained, generated, trainable)


def keep_right(
    problems: Sequence[int],
    completions: Rows,
    rewards: Sequence[float],
    most: int,
    end: int,
    stop: Stop | None = None,
) -> list[tuple[int, list[int]]]:
    """The first ``most`` distinct completions of each problem that earned 1, with their problems.

    A completion that was cut off at the length limit is left out: it would teach not to end.
    """
    kept: dict[int, list[list[int]]] = {}
    rows = zip(problems, completions, rewards, truncated(completions, end, stop), strict=True)
    for problem, completion, reward, cut in rows:
        mine = kept.setdefault(problem, [])
        if reward >= 1 and not cut and len(mine) < most and completion not in mine:
            mine.append(completion)
    return [(problem, completion) for problem, mine in kept.items() for completion in mine]


def _order(problems: int, seed: int) -> Iterator[int]:
    """Every problem once, shuffled, then all of them again in another order."""
    epoch = 0
    while True:
        order = list(range(problems))
        random.Random(derive_seed(seed, "order", epoch)).shuffle(order)
        yield from order
        epoch += 1


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


def _sft(settings: ExpertIterationSettings, task: RLTask) -> SFTSettings:
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


def _settings(phase: Phase, micro_batch: int, problems: int) -> ExpertIterationSettings:
    known = {field.name for field in dataclasses.fields(ExpertIterationSettings)}
    for key in phase.config:
        if key not in known:
            hint = did_you_mean(key, known) or f". Known: {', '.join(sorted(known))}"
            raise UserError(f'the trainer "expert-iteration" has no setting "{key}"{hint}')
    settings = ExpertIterationSettings(**phase.config)
    for key in ("keep", "batch_size"):
        if not isinstance(value := getattr(settings, key), int) or value < 1:
            raise UserError(f"{key} must be an integer of at least 1, not {value!r}")
    if settings.batch_size % (micro := min(micro_batch, settings.batch_size)):
        raise UserError(
            f"batch_size = {settings.batch_size} is not a multiple of the micro batch {micro}"
        )
    if problems < phase.prompts:
        raise UserError(f"{problems} RL problems are fewer than {phase.prompts} prompts per step")
    return settings
