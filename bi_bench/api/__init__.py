"""The API for plugins: the types that plugins receive and return, the base classes, the hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bi_bench.api.algorithm import Algorithm
from bi_bench.api.analysis import Analysis, AnalysisContext
from bi_bench.api.base_policy import BasePolicy, TokenLogProb
from bi_bench.api.benchmark import Benchmark
from bi_bench.api.decoder import CheckpointOf, Decoder, Logits
from bi_bench.api.decoding import Completion, Decoding
from bi_bench.api.deprecated import name_today
from bi_bench.api.draft import Decline, Draft, Example, Weight
from bi_bench.api.engine import Engine, Observe, Resources, StageCall, StageJob
from bi_bench.api.errors import GraphError, UserError, did_you_mean
from bi_bench.api.events import Event, Outcome, ProgressReport
from bi_bench.api.figure import Bars, Drawing, Lines
from bi_bench.api.graph import Quantity, ReasoningGraph
from bi_bench.api.hooks import hookimpl
from bi_bench.api.identity import NumericsIdentity
from bi_bench.api.loaded_model import Learned, LoadedModel
from bi_bench.api.model import CAUSAL, LanguageModel, ModelSource, Pace, model_digest
from bi_bench.api.phase import (
    Custom,
    ExpertIteration,
    ExternalCommand,
    Phase,
    RolloutPhase,
    SupervisedUpdates,
)
from bi_bench.api.plan import Plan, Step, base_plan
from bi_bench.api.plugin import Parameters, Plugin
from bi_bench.api.policy_gradient import PolicyGradient
from bi_bench.api.problem import SPLITS, Grade, Problem, Split
from bi_bench.api.reward import Reward, RewardTerm
from bi_bench.api.rollout import History, Rollout
from bi_bench.api.room import Room
from bi_bench.api.schedule import Schedule
from bi_bench.api.seeds import derive_seed, stream
from bi_bench.api.speech import Solution, Span, Voice, speak, subgoal_count
from bi_bench.api.strategy import DraftContext, Strategy
from bi_bench.api.subject import Answered, Subject
from bi_bench.api.trainer import Limits, Trainer
from bi_bench.api.verify import Stated, StepVerdict, needed_steps, needed_steps_right, verify
from bi_bench.api.versions import API

__all__ = [
    "API",
    "CAUSAL",
    "SPLITS",
    "Algorithm",
    "Analysis",
    "AnalysisContext",
    "Answered",
    "Bars",
    "BasePolicy",
    "Benchmark",
    "CheckpointOf",
    "Completion",
    "Custom",
    "Decline",
    "Decoder",
    "Decoding",
    "Draft",
    "DraftContext",
    "Drawing",
    "Engine",
    "Event",
    "Example",
    "ExpertIteration",
    "ExternalCommand",
    "Grade",
    "GraphError",
    "History",
    "LanguageModel",
    "Learned",
    "Limits",
    "Lines",
    "LoadedModel",
    "Logits",
    "ModelSource",
    "NumericsIdentity",
    "Observe",
    "Outcome",
    "Pace",
    "Parameters",
    "Phase",
    "Plan",
    "Plugin",
    "PolicyGradient",
    "Problem",
    "ProgressReport",
    "Quantity",
    "ReasoningGraph",
    "Resources",
    "Reward",
    "RewardTerm",
    "Rollout",
    "RolloutPhase",
    "Room",
    "Schedule",
    "Solution",
    "Span",
    "Split",
    "StageCall",
    "StageJob",
    "Stated",
    "Step",
    "StepVerdict",
    "Strategy",
    "Subject",
    "SupervisedUpdates",
    "TokenLogProb",
    "Trainer",
    "UserError",
    "Voice",
    "Weight",
    "base_plan",
    "derive_seed",
    "did_you_mean",
    "hookimpl",
    "model_digest",
    "needed_steps",
    "needed_steps_right",
    "speak",
    "stream",
    "subgoal_count",
    "verify",
]

if not TYPE_CHECKING:  # a module with __getattr__ has every name for a type checker

    def __getattr__(name: str) -> object:
        """A former name of something that has another one now."""
        return globals()[name_today(name)]
