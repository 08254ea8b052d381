"""A run on any engine: what the core does before it, around it and after it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence

from bi_bench.api.boundary import calling
from bi_bench.api.engine import Engine, Observe, Resources, StageJob
from bi_bench.api.errors import PluginError
from bi_bench.api.events import Event, Outcome
from bi_bench.api.schedule import unrunnable
from bi_bench.engines.jobs import Command, jobs
from bi_bench.engines.settle import check_parents, missing_stages, parents_first
from bi_bench.engines.stored import settled
from bi_bench.engines.watch import Watch
from bi_bench.plan.stage import Stage
from bi_bench.store import Store


class Conductor:
    """Runs stages of one store on any engine.

    ``command`` gives the command line of a stage, ``entry`` and ``preload`` are those of
    :class:`~bi_bench.api.StageCall`.
    """

    def __init__(
        self, store: Store, command: Command, entry: str, preload: tuple[str, ...] = ()
    ) -> None:
        self._store, self._command, self._entry, self._preload = store, command, entry, preload

    def capacity(self, engine: Engine, stages: Sequence[Stage]) -> Resources | None:
        """What the stages can hold at the same time; PluginError if that is something else."""
        given = self._jobs(stages)
        with calling(_who(engine), engine.capacity):
            most: object = engine.capacity(given)
        if most is None or isinstance(most, Resources):
            return most
        raise PluginError(
            f"{_who(engine)}: capacity returns {most!r}, which is neither Resources nor None"
        )

    def check(self, engine: Engine, stages: Sequence[Stage]) -> None:
        """UserError if a stage could never run on this engine."""
        self.capacity(engine, stages)
        given = self._jobs(stages)
        with calling(_who(engine), engine.check):
            engine.check(given)

    def _jobs(self, stages: Sequence[Stage]) -> list[StageJob]:
        return jobs(stages, self._store, self._command, self._entry, self._preload)

    def run(self, engine: Engine, stages: Sequence[Stage], observe: Observe) -> dict[str, Outcome]:
        """Run what is not in the store yet; returns how each stage ended, by key.

        Raises:
            UserError: before anything starts, if a stage could never run on this engine.
            PluginError: the engine raised, or returned something else than outcomes.
        """
        stages = parents_first(stages)
        missing = missing_stages(self._store, stages)
        for stage in missing.values():
            check_parents(self._store, stage, missing)
        outcomes = self._settle(stages, missing, observe)
        if left := [stage for key, stage in missing.items() if key not in outcomes]:
            self.check(engine, left)
            outcomes |= self._hand_over(engine, self._jobs(left), observe)
        return outcomes

    def _settle(
        self, stages: Sequence[Stage], missing: Mapping[str, Stage], observe: Observe
    ) -> dict[str, Outcome]:
        """Report what is stored, and what cannot run because a stored stage was declined."""
        by_key = {stage.key: stage for stage in stages}
        outcomes: dict[str, Outcome] = {}
        for stage in by_key.values():
            outcome: Outcome | None
            if stage.key not in missing:
                outcome = settled(self._store, stage.key)
            else:
                elsewhere = set(stage.parents.values()) - by_key.keys()
                known = {key: settled(self._store, key) for key in elsewhere}
                outcome = unrunnable(stage, ChainMap(outcomes, known), by_key)
            if outcome is not None:
                outcomes[stage.key] = outcome
                observe(Event(outcome.status, stage, message=outcome.message))
        return outcomes

    def _hand_over(
        self, engine: Engine, stages: Sequence[StageJob], observe: Observe
    ) -> dict[str, Outcome]:
        who = _who(engine)
        watch = Watch(who, stages, self._store, observe)
        try:
            with calling(who, engine.run):
                returned: object = engine.run(stages, watch)
        except PluginError as error:
            running = f"; {', '.join(watch.running)} had begun" if watch.running else ""
            raise PluginError(f"{error}{running}") from error
        if not isinstance(returned, Mapping):
            raise PluginError(
                f"{who} returns {type(returned).__name__}; it must return a mapping from keys of stages "
                "to outcomes, such as Schedule.outcomes"
            )
        return watch.finish(returned)


def _who(engine: Engine) -> str:
    return f'engine "{engine.name}"'
