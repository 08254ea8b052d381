from __future__ import annotations

import os
import pty
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest

from bi_bench.cli.run_display import RunDisplay, _TimeLeft
from bi_bench.engines import Event, ProgressReport
from bi_bench.plan.stage import Stage


@pytest.fixture
def stage() -> Callable[[str], Stage]:
    def make(label: str) -> Stage:
        identity: Any = {"label": label}
        return Stage("sft", identity, {}, label)

    return make


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The display's clock, moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_plain_lines_without_a_terminal(
    stage: Callable[[str], Stage], capsys: pytest.CaptureFixture[str], clock: list[float]
) -> None:
    a, b, c = stage("[red]bridge[/red]"), stage("rft\x1b[2J"), stage("sft probe")
    with RunDisplay([a, b, c], lambda each: None) as show:
        show(Event("cached", c))
        show(Event("started", a))
        show(Event("progress", a, 1.0, report=ProgressReport(1, 9)))
        clock[0] += 31
        show(Event("progress", a, 32.0, report=ProgressReport(3, 9, {"reward": 0.25})))
        clock[0] += 1
        show(Event("progress", a, 33.0, report=ProgressReport(4, 9, {"reward": 0.25})))
        show(Event("finished", a, 75.0))
        show(Event("started", b))
        show(Event("failed", b, 4.25, "ValueError: [bold]no[/bold]\nluck"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "[1/3] cached   sft probe",
        "[1/3] started  sft · [red]bridge[/red]",
        "[1/3] progress sft · [red]bridge[/red]  3/9  reward 0.250  32.0 s",
        "[2/3] finished sft · [red]bridge[/red]  1 min 15 s",
        "[2/3] started  sft · rft [2J",
        "[3/3] failed   sft · rft [2J  4.2 s: ValueError: [bold]no[/bold] luck",
    ]


def test_a_stage_that_is_tried_again_has_not_ended(
    stage: Callable[[str], Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    one = stage("one")
    with RunDisplay([one], lambda each: None) as show:
        show(Event("started", one))
        show(Event("retried", one, 9.0, "the worker process was killed by SIGKILL"))
        show(Event("started", one))
        show(Event("finished", one, 3.0))
    assert capsys.readouterr().err.splitlines() == [
        "[0/1] started  sft · one",
        "[0/1] retried  sft · one: the worker process was killed by SIGKILL",
        "[0/1] started  sft · one",
        "[1/1] finished sft · one  3.0 s",
    ]


def test_time_left_is_the_estimate_corrected_by_the_speed_so_far(
    stage: Callable[[str], Stage], clock: list[float]
) -> None:
    a, b, c, d = (stage(name) for name in "abcd")
    guesses = {"a": 10.0, "b": 30.0, "c": None, "d": 20.0}
    left = _TimeLeft([a, b, c, d], lambda each: guesses[each.label])
    left.ended(d, counts=False)  # it was cached: neither done nor to do
    assert left.seconds() is None
    left.started()
    clock[0] += 20
    left.ended(a, counts=True)  # twice as slow as estimated
    assert left.seconds() == pytest.approx((30 + 20) * 2)
    clock[0] += 10
    left.advanced(b, 0.5)  # 25 estimated seconds done in 30
    assert left.seconds() == pytest.approx((15 + 20) * 30 / 25)
    left.ended(b, counts=True)
    left.ended(c, counts=True)
    assert left.seconds() == 0


def test_a_terminal_gets_a_live_display_on_stderr() -> None:
    code = """
        import time
        from bi_bench.cli.run_display import RunDisplay, _TimeLeft
        from bi_bench.engines import Event, ProgressReport
        from bi_bench.plan.stage import Stage

        a = Stage("rft", {"x": 1}, {}, "[red]bridge[/red]")
        b = Stage("rft", {"x": 2}, {}, "second")
        with RunDisplay([a, b], lambda stage: 2.0) as show:
            show(Event("started", a))
            show(Event("progress", a, 0.1, report=ProgressReport(7, 9, {"reward": 0.5})))
            time.sleep(0.6)
            show(Event("finished", a, 1.0))
    """
    outer, inner = pty.openpty()
    search = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": search, "TERM": "xterm", "COLUMNS": "100"}
    with os.fdopen(outer, "rb") as screen:
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            stderr=inner, env=environment, check=True, timeout=30,
        )  # fmt: skip
        os.close(inner)
        shown = b""
        try:
            while block := os.read(screen.fileno(), 65536):
                shown += block
        except OSError:  # the other end is closed
            pass
    text = shown.decode()
    for part in ("0/2", "rft · [red]bridge[/red]", "7/9", "reward 0.500", "left", "[1/2] finished"):
        assert part in text
