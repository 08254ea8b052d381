"""The base model of a cell for its strategy: log-probabilities and samples in the stage "augment"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import torch

from bi_bench.api import Answered, Benchmark, Grade, Problem, Strategy, TokenLogProb
from bi_bench.api.base_policy import NoBasePolicy
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.role import Parent
from bi_bench.artifacts.samples import Sample
from bi_bench.stages.answers import (
    Asking,
    answer,
    generated,
    gpu_costs,
    load_checkpoint,
    prepare_asking,
)
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.context_length import check_context_length
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.influence.logprobs import completion_logprobs
from bi_bench.training.tokenization import completion_spans, encode_completions, encode_prompts


class BaseModelPolicy(NoBasePolicy):
    """Log-probabilities under the parent "base", loaded at the first question."""

    def __init__(self, context: StageContext) -> None:
        self.context = context
        self.benchmark = context.plugin(Benchmark, "benchmark")
        self.numerics = Numerics.from_identity(context.identity["numerics"])
        self.prompting = Prompting.from_settings(context.identity["settings"])

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The base model in transformers."""
        return load_checkpoint(self.context.inputs[Parent.BASE], self.numerics)

    @torch.no_grad()
    def logprobs(
        self, problem: Problem, completion: str, prompt: str | None = None
    ) -> Sequence[TokenLogProb]:
        """As the protocol says; UserError for a text that does not fit into the model's context."""
        model, tokenizer = self.checkpoint.model, self.checkpoint.tokenizer
        prompt = asked(self.benchmark, problem) if prompt is None else prompt
        shown = self.prompting.render(tokenizer, [prompt])
        (completed,) = encode_completions(tokenizer, [completion])
        check_context_length(self.checkpoint, [problem.id], shown, len(completed))
        with torch.autocast(model.device.type, torch.bfloat16, enabled=self.numerics.bf16):
            found = completion_logprobs(model, encode_prompts(tokenizer, shown), [completed])
        (spans,) = completion_spans(tokenizer, [completion])
        return disjoint(spans, found.tokens[0].tolist())

    def costs(self) -> Costs:
        """Of all questions so far."""
        return Costs(**gpu_costs(self.numerics))


class SampledBasePolicy(BaseModelPolicy):
    """Samples too: those of all problems at the first question, in large batches."""

    def __init__(self, context: StageContext) -> None:
        super().__init__(context)
        self.samples: dict[int, Mapping[str, list[Sample]]] = {}

    @cached_property
    def asking(self) -> Asking:
        """The base model in the engine of the suite's rollouts, and the problems."""
        return prepare_asking(self.context, Parent.BASE)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The same model where transformers runs it, not loaded twice."""
        model = self.asking.model
        return model if isinstance(model, Checkpoint) else super().checkpoint

    def rollouts(self, problem: Problem, n: int) -> Sequence[Answered]:
        """As the protocol says; ValueError for fewer than one."""
        if n < 1:
            raise ValueError(f"{n} rollouts of a problem; ask for at least one")
        if n not in self.samples:
            decoding = self.asking.settings.sampled
            drawn: dict[str, list[Sample]] = {}
            for sample in answer(self.context, self.asking, decoding, n):
                drawn.setdefault(sample.problem, []).append(sample)
            self.samples[n] = drawn
        return [_answered(sample) for sample in self.samples[n][problem.id]]

    def costs(self) -> Costs:
        """Of all questions so far."""
        drawn = [s for of in self.samples.values() for each in of.values() for s in each]
        return super().costs().model_copy(update={"tokens_generated": generated(drawn)})


def base_policy(context: StageContext, strategy: Strategy) -> BaseModelPolicy:
    """What a strategy that needs the base model may ask it."""
    return (SampledBasePolicy if "rollouts" in strategy.needs else BaseModelPolicy)(context)


def disjoint(spans: Sequence[tuple[int, int]], logprobs: Sequence[float]) -> list[TokenLogProb]:
    """A token each; those that share a character, as the bytes of one do, are put together."""
    found: list[TokenLogProb] = []
    for (start, end), value in zip(spans, logprobs, strict=True):
        if found and (start < found[-1].end or found[-1].start == found[-1].end):
            start, end = found[-1].start, max(end, found[-1].end)
            value += found.pop().logprob
        found.append(TokenLogProb(start, end, value))
    return found


def _answered(sample: Sample) -> Answered:
    grade = Grade(
        sample.correct,
        sample.parsed,
        sample.answer,
        sample.derivation,
        sample.contradictory,
        sample.unrecognised,
    )
    return Answered(sample.completion, grade, sample.tokens, sample.truncated)
