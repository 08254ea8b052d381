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
    from bi_bench_plugins.algorithms.cispo import CISPO
    from bi_bench_plugins.algorithms.command import Command
    from bi_bench_plugins.algorithms.dapo import DAPO
    from bi_bench_plugins.algorithms.dr_grpo import DrGRPO
    from bi_bench_plugins.algorithms.expert_iteration import ExpertIteration
    from bi_bench_plugins.algorithms.grpo import GRPO
    from bi_bench_plugins.algorithms.gspo import GSPO
    from bi_bench_plugins.algorithms.reinforce_pp import ReinforcePP
    from bi_bench_plugins.algorithms.rloo import RLOO
    from bi_bench_plugins.algorithms.sft_longer import SFTLonger

    online = [GRPO, DrGRPO, DAPO, GSPO, CISPO, RLOO, ReinforcePP]
    return [*online, ExpertIteration, SFTLonger, Command]


@hookimpl
def bi_bench_benchmarks() -> list[type[Benchmark]]:
    """Benchmarks."""
    from bi_bench_plugins.benchmarks.dyval import DyValArithmetic
    from bi_bench_plugins.benchmarks.gym import ReasoningGym
    from bi_bench_plugins.benchmarks.igsm import IGSM
    from bi_bench_plugins.benchmarks.lm_eval import LMEval
    from bi_bench_plugins.benchmarks.word_problems import GSM8K, MATH

    return [IGSM, DyValArithmetic, GSM8K, MATH, ReasoningGym, LMEval]


@hookimpl
def bi_bench_analyses() -> list[type[Analysis]]:
    """Analyses."""
    from bi_bench_plugins.analyses.behaviours import Behaviours
    from bi_bench_plugins.analyses.completion import Completion
    from bi_bench_plugins.analyses.difficulty import Difficulty
    from bi_bench_plugins.analyses.influence import InfluenceAnalysis
    from bi_bench_plugins.analyses.learning_curve import LearningCurve
    from bi_bench_plugins.analyses.pass_at_k import PassAtK
    from bi_bench_plugins.analyses.rollout_accuracy import RolloutAccuracy
    from bi_bench_plugins.analyses.solution_loss import SolutionLoss

    through_rft = [LearningCurve, InfluenceAnalysis, SolutionLoss]
    return [Difficulty, RolloutAccuracy, Behaviours, PassAtK, *through_rft, Completion]
