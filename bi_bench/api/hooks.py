"""The hooks that a package or a file implements to add plugins to bi_bench.

A distribution registers a module in the entry-point group ``bi_bench``; a suite may also name a
Python file next to it (``plugins = ["./my_strategy.py"]``). Both implement any of the hooks below.
A hook that imports several modules may return, in the place of one that fails, an ImportError with its
``name``: it is listed as broken and the others work.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from bi_bench.api.algorithm import Algorithm
from bi_bench.api.analysis import Analysis
from bi_bench.api.benchmark import Benchmark
from bi_bench.api.decoder import Decoder
from bi_bench.api.engine import Engine
from bi_bench.api.model import LanguageModel
from bi_bench.api.reward import Reward
from bi_bench.api.strategy import Strategy
from bi_bench.api.trainer import Trainer

hookspec = pluggy.HookspecMarker("bi_bench")
hookimpl = pluggy.HookimplMarker("bi_bench")


@hookspec
def bi_bench_strategies() -> Iterable[type[Strategy] | ImportError]:  # type: ignore[empty-body]
    """Injection strategies: what happens to the demonstrations before supervised fine-tuning.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Strategy`.

    >>> from bi_bench.api import Draft, Strategy, hookimpl
    >>> class EvenOnly(Strategy):
    ...     '''Only problems whose answer is even.'''
    ...     name = "even-only"
    ...     def drafts(self, problem, plan, context):
    ...         return [Draft(plan=plan)] if int(problem.answer) % 2 == 0 else []
    >>> @hookimpl
    ... def bi_bench_strategies():
    ...     return [EvenOnly]
    >>> [strategy.about() for strategy in bi_bench_strategies()]
    ['Only problems whose answer is even.']
    """


@hookspec
def bi_bench_models() -> Iterable[type[LanguageModel] | ImportError]:  # type: ignore[empty-body]
    """Base models: which causal language model a cell starts from.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.LanguageModel`.

    >>> from pathlib import Path
    >>> from bi_bench.api import LanguageModel, ModelSource, hookimpl
    >>> class Mine(LanguageModel):
    ...     '''A checkpoint of mine.'''
    ...     name = "mine"
    ...     def source(self):
    ...         return ModelSource(identity="mine-2026-11", folder=Path("checkpoints/mine"))
    >>> @hookimpl
    ... def bi_bench_models():
    ...     return [Mine]
    >>> bi_bench_models()[0]().source().identity
    'mine-2026-11'
    """


@hookspec
def bi_bench_algorithms() -> Iterable[type[Algorithm] | ImportError]:  # type: ignore[empty-body]
    """Reinforcement fine-tuning algorithms, declared as phases that trainers carry out.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Algorithm`.

    >>> from bi_bench.api import Algorithm, PolicyGradient, hookimpl
    >>> class MeanBaseline(Algorithm):
    ...     '''GRPO without dividing by the group's standard deviation.'''
    ...     name = "mean-baseline"
    ...     def phases(self):
    ...         config = {"scale_rewards": "none", "learning_rate": 3e-4}
    ...         return [PolicyGradient(steps=100, prompts=16, group=8, config=config)]
    >>> @hookimpl
    ... def bi_bench_algorithms():
    ...     return [MeanBaseline]
    >>> bi_bench_algorithms()[0]().phases()[0].steps
    100
    """


@hookspec
def bi_bench_rewards() -> Iterable[type[Reward] | ImportError]:  # type: ignore[empty-body]
    """Rewards: what a rollout earns, named by the phases of algorithms.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Reward`.

    >>> from bi_bench.api import Grade, Reward, Rollout, hookimpl
    >>> class Brief(Reward):
    ...     '''1 for a right answer in at most 20 tokens.'''
    ...     name = "brief"
    ...     def score(self, problem, rollout, grade):
    ...         return float(grade.correct and len(rollout.ids) <= 20)
    >>> @hookimpl
    ... def bi_bench_rewards():
    ...     return [Brief]
    >>> Brief().score(None, Rollout(0, "7", (7, 1), truncated=False), Grade(True, True))
    1.0
    """


@hookspec
def bi_bench_trainers() -> Iterable[type[Trainer] | ImportError]:  # type: ignore[empty-body]
    """Trainers: they carry out phases, for methods with a loop of their own.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Trainer`.

    >>> from bi_bench.api import Custom, Trainer, hookimpl
    >>> class Imitate(Trainer):
    ...     '''One supervised update a step on solutions of the benchmark.'''
    ...     name = "imitate"
    ...     def train(self, room, phase):
    ...         over = False
    ...         while not over:
    ...             pairs = [(i, room.demonstration(i)) for i in room.choose(phase.prompts)]
    ...             over = room.step(**room.imitate(pairs, learning_rate=1e-4))
    >>> @hookimpl
    ... def bi_bench_trainers():
    ...     return [Imitate]
    >>> bi_bench_trainers()[0].phase is Custom
    True
    """


@hookspec
def bi_bench_benchmarks() -> Iterable[type[Benchmark] | ImportError]:  # type: ignore[empty-body]
    """Benchmarks: problems, their prompts, their solutions in words, their grading.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Benchmark`.

    >>> from bi_bench.api import Benchmark, Grade, Problem, hookimpl
    >>> class Sums(Benchmark):
    ...     '''Sums of two numbers.'''
    ...     name = "sums"
    ...     provides = frozenset({"solution"})
    ...     def problems(self, split, n, rng):
    ...         for index in range(n):
    ...             a, b = rng.randrange(50), rng.randrange(50)
    ...             yield Problem(f"sums/{split}/{index}", f"{a} + {b}", str(a + b), solution=str(a + b))
    ...     def ask(self, problem, premise_order=None):
    ...         return problem.question + " ="
    ...     def grade(self, problem, completion):
    ...         return Grade(completion.strip() == problem.answer, completion.strip().isdigit())
    >>> @hookimpl
    ... def bi_bench_benchmarks():
    ...     return [Sums]
    >>> import random
    >>> problem, = bi_bench_benchmarks()[0]().problems("sft", 1, random.Random(0))
    >>> Sums().grade(problem, problem.answer).correct
    True
    """


@hookspec
def bi_bench_analyses() -> Iterable[type[Analysis] | ImportError]:  # type: ignore[empty-body]
    """Analyses: read-only measurements over the folders of finished stages.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Analysis`.

    >>> import json
    >>> from bi_bench.api import Analysis, hookimpl
    >>> class Informative(Analysis):
    ...     '''The share of informative groups that the probe saw.'''
    ...     name = "informative"
    ...     needs = ("probe",)
    ...     def measure(self, context):
    ...         summary = json.loads((context.folders["probe"] / "summary.json").read_text())
    ...         return [{"informative": summary["informative"]}]
    >>> @hookimpl
    ... def bi_bench_analyses():
    ...     return [Informative]
    >>> [analysis.needs for analysis in bi_bench_analyses()]
    [('probe',)]
    """


@hookspec
def bi_bench_decoders() -> Iterable[type[Decoder] | ImportError]:  # type: ignore[empty-body]
    """Decoders: decode-time methods over the checkpoints of a suite.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Decoder`.

    >>> from bi_bench.api import CheckpointOf, Decoder, hookimpl
    >>> class Mean(Decoder):
    ...     '''The mean of the logits before and after RFT.'''
    ...     name = "mean"
    ...     def checkpoints(self):
    ...         return {"before": CheckpointOf("sft"), "after": CheckpointOf("rft")}
    ...     def logits(self, given):
    ...         return (given["before"] + given["after"]) / 2
    >>> @hookimpl
    ... def bi_bench_decoders():
    ...     return [Mean]
    >>> bi_bench_decoders()[0]().logits({"before": 1.0, "after": 3.0})
    2.0
    """


@hookspec
def bi_bench_engines() -> Iterable[type[Engine] | ImportError]:  # type: ignore[empty-body]
    """Engines: where and how the stages of a suite run.

    Takes no arguments. Returns classes derived from :class:`~bi_bench.api.Engine`.

    >>> import subprocess
    >>> from bi_bench.api import Engine, Outcome, Schedule, hookimpl
    >>> class OneByOne(Engine):
    ...     '''One stage after the other, each in a process of its own.'''
    ...     name = "one-by-one"
    ...     def run(self, stages, observe):
    ...         schedule = Schedule(stages)
    ...         while schedule:
    ...             for stage in schedule.ready():
    ...                 code = subprocess.call(stage.command)
    ...                 killed = Outcome("failed", message=f"exit code {code}")
    ...                 schedule.end(stage, stage.outcome() or killed)
    ...         return schedule.outcomes
    >>> @hookimpl
    ... def bi_bench_engines():
    ...     return [OneByOne]
    >>> bi_bench_engines()[0]().run([], print)
    {}
    """
