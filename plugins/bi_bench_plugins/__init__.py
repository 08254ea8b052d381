"""The plugins that come with bi_bench, registered through the same hooks as anybody's."""

from __future__ import annotations

from bi_bench.api import Algorithm, Analysis, BaseModel, Benchmark, Strategy, hookimpl


@hookimpl
def bi_bench_strategies() -> list[type[Strategy]]:
    """Injection strategies and controls."""
    from bi_bench_plugins.strategies.bridge import Bridge
    from bi_bench_plugins.strategies.chain_reordering import ChainReordering
    from bi_bench_plugins.strategies.duplicate import Duplicate
    from bi_bench_plugins.strategies.filler import Filler
    from bi_bench_plugins.strategies.from_file import FromFile
    from bi_bench_plugins.strategies.premise_permutation import PremisePermutation
    from bi_bench_plugins.strategies.sabotage import Sabotage
    from bi_bench_plugins.strategies.shuffled import ShuffledBehaviours
    from bi_bench_plugins.strategies.vanilla import Vanilla

    arms = [Vanilla, Bridge, PremisePermutation, ChainReordering, FromFile]
    controls = [Filler, ShuffledBehaviours, Duplicate, Sabotage]
    return [*arms, *controls]


@hookimpl
def bi_bench_models() -> list[type[BaseModel]]:
    """Base models."""
    from bi_bench_plugins.models.hub import Hub
    from bi_bench_plugins.models.tiny import Tiny

    return [Tiny, Hub]


@hookimpl
def bi_bench_algorithms() -> list[type[Algorithm]]:
    """Reinforcement fine-tuning algorithms."""
    from bi_bench_plugins.algorithms.grpo import GRPO

    return [GRPO]


@hookimpl
def bi_bench_benchmarks() -> list[type[Benchmark]]:
    """Benchmarks."""
    from bi_bench_plugins.benchmarks.catalogue import LMEval
    from bi_bench_plugins.benchmarks.dyval import DyValArithmetic
    from bi_bench_plugins.benchmarks.igsm import IGSM
    from bi_bench_plugins.benchmarks.word_problems import GSM8K, MATH

    return [IGSM, DyValArithmetic, GSM8K, MATH, LMEval]


@hookimpl
def bi_bench_analyses() -> list[type[Analysis]]:
    """Analyses."""
    from bi_bench_plugins.analyses.difficulty import Difficulty

    return [Difficulty]
