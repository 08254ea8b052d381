"""The core around an engine, with engines that do and say all kinds of things."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest

from bi_bench.api import (
    Engine,
    Event,
    Observe,
    Outcome,
    ProgressReport,
    Resources,
    Schedule,
    StageJob,
    UserError,
)
from bi_bench.api.errors import PluginError
from bi_bench.engines.conduct import Conductor
from bi_bench.engines.single import run_stage_here
from bi_bench.plan.stage import Stage
from bi_bench.store import Store
from tests.engines.conftest import MakeStage, make_stage

Run = Callable[[Sequence[StageJob], Observe], Mapping[str, Outcome]]


class Scripted(Engine):
    """Does what a test says."""

    name = "scripted"
    most: Resources | None = None

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def capacity(self, stages: Sequence[StageJob]) -> Resources | None:
        return self.most

    def run(self, stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        return self._run(stages, observe)


def work(job: StageJob) -> None:
    """The stage in this process; an error of it is in the store."""
    with suppress(ValueError):
        run_stage_here(Store(job.store), Stage.from_json(job.call.stage), job.call.entry)


def one_by_one(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
    schedule = Schedule(stages)
    while schedule:
        for job in schedule.ready():
            observe(Event("started", job))
            work(job)
            outcome = job.outcome() or Outcome("failed", message="lost")
            observe(Event(outcome.status, job, outcome.seconds, outcome.message))
            schedule.end(job, outcome)
    return schedule.outcomes


def saying(outcomes: object) -> Run:
    """An engine that runs nothing and returns this, or this for each stage."""

    def run(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        said = outcomes(stages) if callable(outcomes) else outcomes
        return cast("Mapping[str, Outcome]", said)

    return run


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def conduct(store: Store, entry: str, events: list[Event]) -> Callable[..., dict[str, Outcome]]:
    """Runs stages on an engine; returns how each ended, by label."""
    conductor = Conductor(store, lambda key: ("run", key), entry)

    def go(run: Run, *stages: Stage, most: Resources | None = None) -> dict[str, Outcome]:
        engine = Scripted(run)
        engine.most = most
        outcomes = conductor.run(engine, stages, events.append)
        return {stage.label: outcomes[stage.key] for stage in stages}

    return go


Conduct = Callable[..., dict[str, Outcome]]


def told(events: list[Event]) -> list[str]:
    return [f"{event.kind} {event.stage.label}" for event in events]


def test_an_engine_gets_what_is_left_parents_first_with_commands(
    conduct: Conduct, stage: MakeStage, events: list[Event]
) -> None:
    first = stage("first")
    second = stage("second", first)
    third = stage("third", second)
    conduct(one_by_one, first)
    seen: list[tuple[str, tuple[str, ...]]] = []

    def look(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        seen.extend((job.label, job.command) for job in stages)
        return one_by_one(stages, observe)

    events.clear()
    outcomes = conduct(look, third, second, first)
    assert [label for label, _ in seen] == ["second", "third"]
    assert seen[0][1] == ("run", second.key)
    assert {label: outcome.status for label, outcome in outcomes.items()} == {
        "first": "cached",
        "second": "finished",
        "third": "finished",
    }
    assert told(events)[:3] == ["cached first", "started second", "finished second"]


def test_failures_block_and_declined_stages_skip_what_depends_on_them(
    conduct: Conduct, stage: MakeStage, events: list[Event], store: Store
) -> None:
    bad, no, good = stage("bad", do="raise"), stage("no", do="decline"), stage("good")
    outcomes = conduct(
        one_by_one, bad, no, good, stage("after bad", bad), stage("after no", no), stage("x", good)
    )
    assert {label: outcome.status for label, outcome in outcomes.items()} == {
        "bad": "failed",
        "no": "declined",
        "good": "finished",
        "after bad": "blocked",
        "after no": "skipped",
        "x": "finished",
    }
    assert outcomes["bad"].message == "ValueError: no luck"
    assert outcomes["after bad"].message == "needs bad, which failed"
    assert told(events).count("blocked after bad") == 1
    ends = [text for text in told(events) if not text.startswith("started")]
    assert ends.index("blocked after bad") == ends.index("failed bad") + 1
    # In a second run the declined stage is stored: what depends on it never reaches the engine.
    again = conduct(saying(lambda jobs: pytest.fail(str(jobs))), no, stage("after no", no))
    assert [outcome.status for outcome in again.values()] == ["declined", "skipped"]


def test_a_dropped_stage_fails_by_name_and_leaves_a_record(
    conduct: Conduct, stage: MakeStage, events: list[Event], store: Store
) -> None:
    kept, dropped = stage("kept"), stage("dropped")

    def drop(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        return one_by_one([job for job in stages if job.label == "kept"], observe)

    outcomes = conduct(drop, kept, dropped, stage("child", dropped))
    message = 'engine "scripted" returns no outcome for dropped'
    assert outcomes["kept"].status == "finished"
    assert (outcomes["dropped"].status, outcomes["dropped"].message) == ("failed", message)
    assert outcomes["child"].status == "blocked"
    failure = store.failure(dropped.key)
    assert failure is not None
    assert failure.message == message
    assert told(events)[-3:] == ["started dropped", "failed dropped", "blocked child"]


def test_an_engine_that_says_nothing_of_a_stored_stage_is_believed_nothing(
    conduct: Conduct, stage: MakeStage, events: list[Event]
) -> None:
    def silent(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        for job in stages:
            work(job)
        return {}

    assert conduct(silent, stage("a"))["a"].status == "finished"
    assert told(events) == ["started a", "finished a"]


@pytest.mark.parametrize("status", ["finished", "cached", "declined", "blocked", "skipped"])
def test_the_store_decides_whether_a_stage_has_a_result(
    conduct: Conduct, stage: MakeStage, store: Store, status: Any
) -> None:
    claim = saying(lambda jobs: {job.key: Outcome(status) for job in jobs})
    outcome = conduct(claim, stage("a"))["a"]
    assert outcome.status == "failed"
    assert f'engine "scripted" says that a is {status}, but' in outcome.message

    def pessimist(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        one_by_one(stages, observe)
        return {job.key: Outcome("failed", message="no luck") for job in stages}

    assert conduct(pessimist, stage("b"))["b"].status == "finished"


def test_the_record_of_an_older_failure_says_nothing_about_this_run(
    conduct: Conduct, stage: MakeStage
) -> None:
    bad = stage("bad", do="raise")
    conduct(one_by_one, bad)
    found: list[Outcome | None] = []

    def look(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        found.append(stages[0].outcome())
        return {stages[0].key: Outcome("failed", message="host c7 is down")}

    assert conduct(look, bad)["bad"].message == "host c7 is down"
    assert found == [None]


NOT_GIVEN = make_stage("other")


def observing(event: object) -> Run:
    def run(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        observe(Event("started", stages[0]))
        observe(cast("Event", event(stages[0]) if callable(event) else event))
        return {}

    return run


def breaking(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
    observe(Event("started", stages[0]))
    raise ConnectionError("no route to the scheduler")


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (
            saying(None),
            "returns NoneType; it must return a mapping from keys of stages to outcomes",
        ),
        (saying([]), "returns list; "),
        (saying(lambda jobs: {jobs[0].key: True}), "returns True for a, which is no Outcome"),
        (
            saying(lambda jobs: {jobs[0].key: Outcome(cast("Any", "finnished"))}),
            "returns an outcome with the status 'finnished' for a; did you mean \"finished\"",
        ),
        (
            saying(lambda jobs: {"a": Outcome("finished")}),
            "returns an outcome for 'a', which is not the key of a stage that it was given",
        ),
        (observing(7), "reports 7, which is no Event"),
        (observing(Event("started", NOT_GIVEN)), "an event of other, which it was not given"),
        (
            observing(lambda job: Event(cast("Any", "progres"), job)),
            "an event of the kind 'progres'; did you mean \"progress\"",
        ),
        (breaking, r"ConnectionError: no route .* \(test_conduct.py:\d+\); a had begun"),
    ],
)
def test_what_an_engine_does_wrong_is_one_message_that_names_it(
    conduct: Conduct, stage: MakeStage, run: Run, message: str
) -> None:
    with pytest.raises(PluginError, match=f'^engine "scripted".*{message}') as caught:
        conduct(run, stage("a"))
    assert not re.search("\n", str(caught.value))


def test_a_stage_that_can_never_run_is_an_error_before_anything_starts(
    conduct: Conduct, stage: MakeStage
) -> None:
    run = saying(lambda jobs: pytest.fail("started"))
    with pytest.raises(UserError, match="big needs 9 CPU threads, but the engine has 2; give it"):
        conduct(run, stage("small"), stage("big", cpus=9), most=Resources(2))
    with pytest.raises(PluginError, match="capacity returns 2, which is neither Resources nor"):
        conduct(run, stage("small"), most=cast("Any", 2))


def test_progress_and_a_second_try_reach_the_observer_in_order(
    conduct: Conduct, stage: MakeStage, events: list[Event]
) -> None:
    def run(stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        (job,) = stages
        observe(Event("progress", job, report=ProgressReport(1, 2)))  # it has begun unnoticed
        observe(Event("started", job))
        observe(Event("progress", job))  # nothing is known
        observe(Event("retried", job, message="a host was lost"))
        return one_by_one(stages, observe)

    conduct(run, stage("a"))
    assert told(events) == [
        *("started a", "progress a", "retried a", "started a", "finished a"),
    ]
