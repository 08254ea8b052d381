from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.engines import Event
from bi_bench.plan.stage import Stage
from bi_bench.store import Store
from tests.conftest import present
from tests.engines.conftest import Conduct, MakeStage, RunStages


def times(store: Store, stage: Stage) -> tuple[float, float]:
    begin, end = (store.folder(stage.key) / "times.txt").read_text().split()
    return float(begin), float(end)


def test_parents_come_first_and_results_travel_by_folder(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    first = stage("first")
    second = stage("second", first)
    third = stage("third", second, first)
    status, events = run([third, second, first])
    assert set(status.values()) == {"finished"}
    assert events == [
        f"{kind} {x}" for x in ("first", "second", "third") for kind in ("started", "finished")
    ]
    assert (store.folder(third.key) / "result.txt").read_text() == "first+second+first+third"
    assert times(store, first)[1] <= times(store, second)[0]
    names = sorted(path.name for path in store.folder(third.key).iterdir())
    assert names == ["costs.json", "log.txt", "result.txt", "stage.json", "times.txt"]
    assert (store.folder(third.key) / "log.txt").read_text() == "working on third\n"
    costs = store.costs(third.key)
    assert costs.tokens_trained == 7
    assert present(costs.peak_memory_mb) > 1
    assert sorted(path.name for path in store.stages.iterdir()) == sorted(
        [first.key, second.key, third.key]
    )


def test_a_second_run_is_cached_and_starts_no_process(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    stages = [stage("a"), stage("no", do="decline")]
    run(stages)
    begin = time.monotonic()
    status, events = run(stages, entry="no_such_module:run")
    assert status == {"a": "cached", "no": "declined"}
    assert events == ["cached a", "declined no"]
    assert time.monotonic() - begin < 0.1


def test_two_at_a_time_overlap_and_one_worker_does_not(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    pair = [stage("a", do="sleep", seconds=0.5), stage("b", do="sleep", seconds=0.5)]
    run(pair)
    (a, b), (c, d) = (times(store, each) for each in pair)
    assert max(a, c) < min(b, d)
    wide = [stage("c", do="sleep", seconds=0.2), stage("d", cpus=2)]
    run(wide)
    (a, b), (c, d) = (times(store, each) for each in wide)
    assert b <= c or d <= a


def test_the_longest_chain_goes_first(run: RunStages, stage: MakeStage) -> None:
    short = stage("short")
    head = stage("head")
    tail = stage("tail", head)
    _, events = run([short, head, tail], cpus=1)
    assert events[0] == "started head"
    heavy = replace(stage("heavy"), estimate=5.0)
    _, events = run([stage("light"), heavy], cpus=1)
    assert events[0] == "started heavy"


@pytest.mark.parametrize("how", ["raise", "kill", "exit", "user"])
def test_a_failure_blocks_only_its_descendants(
    run: RunStages, conduct: Conduct, stage: MakeStage, store: Store, how: str
) -> None:
    bad = stage("bad", do=how)
    child = stage("child", bad)
    grandchild = stage("grandchild", child)
    other = stage("other")
    stages = [bad, child, grandchild, other]
    status, _ = run(stages)
    expected = {"bad": "failed", "child": "blocked", "grandchild": "blocked", "other": "finished"}
    assert status == expected
    outcomes = conduct(stages)
    assert outcomes[grandchild.key].message == "needs bad, which failed"
    failure = store.failure(bad.key)
    assert failure is not None
    assert failure.log == "working on bad\n"
    message = {
        "raise": "no luck",
        "kill": "killed by SIGKILL",
        "exit": "exit code 0 and left no result",
        "user": "suite.toml: mend me",
    }
    assert message[how] in failure.message
    assert failure.user is outcomes[bad.key].user is (how == "user")
    assert ("ValueError: no luck" in failure.traceback) is (how == "raise")
    left = {path.name for path in store.stages.iterdir()}
    assert left == {other.key, f"{bad.key}.failed.json"}


def test_descendants_of_a_declined_stage_are_skipped_with_its_reason(
    run: RunStages, conduct: Conduct, stage: MakeStage, store: Store
) -> None:
    no = stage("no", do="decline")
    child = stage("child", no)
    grandchild = stage("grandchild", child, stage("bad", do="raise"))
    stages = [no, child, grandchild, stage("bad", do="raise"), stage("other")]
    status, _ = run(stages)
    assert status == {
        "no": "declined", "child": "skipped", "grandchild": "skipped", "bad": "failed", "other": "finished",
    }  # fmt: skip
    assert store.record(no.key).reason == "no graph here"
    assert not (store.folder(no.key) / "half.txt").exists()
    outcomes = conduct([child])
    assert outcomes[child.key].message == "no graph here"


def test_a_success_removes_the_failure_record(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    one = stage("one")
    status, _ = run([one], entry="no_such_module:run")
    assert status == {"one": "failed"}
    assert "no_such_module" in present(store.failure(one.key)).message
    status, _ = run([one])
    assert status == {"one": "finished"}
    assert store.failure(one.key) is None


def test_progress_arrives_while_the_stage_runs(
    conduct: Conduct, stage: MakeStage, store: Store
) -> None:
    events: list[Event] = []
    one = stage("one", do="sleep", seconds=1.5)
    conduct([one], events.append)
    steps = [present(present(event.report).step) for event in events if event.kind == "progress"]
    assert len(steps) >= 3
    assert steps == sorted(set(steps))
    assert not list(store.folder(one.key).glob("progress*"))
    assert events[-1].kind == "finished"
    assert store.costs(one.key).tokens_trained == 7


def test_each_gpu_is_leased_to_one_stage_at_a_time(
    run: RunStages, stage: MakeStage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7")
    stages = [stage(name, gpus=1, do="devices", seconds=0) for name in "abc"]
    run([*stages, stage("cpu", do="devices")], gpus=2)
    seen = [(store.folder(each.key) / "result.txt").read_text().split("+")[0] for each in stages]
    assert set(seen) == {"5", "7"}
    cpu = stage("cpu", do="devices")
    assert (store.folder(cpu.key) / "result.txt").read_text() == "+cpu"


def test_impossible_requests_are_refused_before_anything_starts(
    run: RunStages, stage: MakeStage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    with pytest.raises(UserError, match="needs 3 CPU threads, but the engine has 2"):
        run([stage("small"), stage("big", cpus=3)])
    with pytest.raises(UserError, match="needs 1 GPUs, but the engine has 0"):
        run([stage("small"), stage("big", gpus=1)])
    with pytest.raises(UserError, match="neither among the stages to run nor in"):
        run([stage("orphan", stage("elsewhere"))])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with pytest.raises(UserError, match="CUDA_VISIBLE_DEVICES=0 leaves 1"):
        run([stage("small")], gpus=2)
    assert not store.stages.exists()


def test_leftovers_of_a_killed_run_are_removed_and_a_broken_stage_is_computed_again(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    one = stage("one")
    store.temporary(one.key, "stale").mkdir(parents=True)
    (store.folder(one.key)).mkdir()
    (store.folder(one.key) / "stage.json").write_text("{")
    with pytest.warns(RuntimeWarning, match="is computed again"):
        status, _ = run([one])
    assert status == {"one": "finished"}
    assert [path.name for path in store.stages.iterdir()] == [one.key]


@pytest.mark.slow
def test_preloaded_torch_uses_the_given_number_of_threads(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    one = stage("one", do="torch")
    run([one], preload=("torch",))
    assert (store.folder(one.key) / "result.txt").read_text() == "1+one"


def test_a_stage_record_is_plain_json(run: RunStages, stage: MakeStage, store: Store) -> None:
    one = stage("one")
    run([one])
    record = json.loads((store.folder(one.key) / "stage.json").read_text())
    assert record["identity"] == one.identity
    assert Path(store.root).as_posix() not in json.dumps(record)
