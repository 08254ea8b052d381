"""The display of a run on stderr: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bi_bench.api.events import NamedStage
from bi_bench.engines import Event, ProgressReport
from bi_bench.plan.stage import Stage

_SECONDS_BETWEEN_LINES = 30.0
_STYLES = {
    "failed": "bold red",
    "blocked": "red",
    "declined": "yellow",
    "skipped": "yellow",
    "retried": "yellow",
}


class RunDisplay:
    """Observes an engine's run; a context manager.

    ``estimate`` gives the expected seconds of a stage, or ``None``. The time left is what is
    left of the estimates, corrected by how fast the run has been against them so far.
    """

    def __init__(self, stages: Sequence[Stage], estimate: Callable[[Stage], float | None]) -> None:
        self._console = Console(stderr=True, markup=False, highlight=False)
        self._total = len({stage.key for stage in stages})
        self._left = _TimeLeft(stages, estimate)
        self._ended = 0
        self._running: dict[str, _Running] = {}
        self._live: Live | None = None

    def __enter__(self) -> RunDisplay:
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._render,
                refresh_per_second=4,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show an event of the engine."""
        key = event.stage.key
        if event.kind == "started":
            self._running[key] = _Running(event.stage)
            self._left.started()
        elif event.kind == "progress":
            self._running[key].report = event.report or ProgressReport()
            self._left.advanced(event.stage, self._running[key].share)
        elif event.kind == "retried":
            self._running.pop(key, None)
            self._left.again(event.stage)
        else:
            self._running.pop(key, None)
            self._ended += 1
            self._left.ended(event.stage, counts=event.kind == "finished")
        if self._worth_a_line(event):
            self._console.print(self._line(event), soft_wrap=True)

    def _worth_a_line(self, event: Event) -> bool:
        if self._live is not None:
            return event.kind in _STYLES or event.kind == "finished"
        if event.kind != "progress":
            return True
        running = self._running[event.stage.key]
        now = time.monotonic()
        if now - running.last_line < _SECONDS_BETWEEN_LINES:
            return False
        running.last_line = now
        return True

    def _line(self, event: Event) -> Text:
        text = Text(f"[{self._ended}/{self._total}] {event.kind:<8} {_name(event.stage)}")
        if event.report is not None:
            text.append(f"  {_step(event.report)}")
        if event.kind in ("progress", "finished", "failed"):
            text.append(f"  {_clock(event.seconds)}")
        if event.message:
            text.append(f": {_plain(event.message)}")
        text.stylize(_STYLES.get(event.kind, ""))
        return text

    def _render(self) -> RenderableType:
        head = Table.grid(padding=(0, 1))
        left = self._left.seconds()
        head.add_row(
            Text("stages"),
            ProgressBar(total=max(self._total, 1), completed=self._ended, width=30),
            Text(f"{self._ended}/{self._total}"),
            Text("" if left is None else f"about {_clock(left)} left"),
        )
        rows = Table.grid(padding=(0, 2))
        for running in list(self._running.values()):
            elapsed = _clock(time.monotonic() - running.start)
            label = Text(_name(running.stage), overflow="ellipsis", no_wrap=True)
            rows.add_row("", label, Text(_step(running.report)), Text(elapsed))
        return Group(head, rows)


class _Running:
    """A stage that runs, and what it last reported."""

    def __init__(self, stage: NamedStage) -> None:
        self.stage = stage
        self.start = self.last_line = time.monotonic()
        self.report = ProgressReport()

    @property
    def share(self) -> float:
        step, total = self.report.step, self.report.total
        return min(step / total, 1.0) if step is not None and total else 0.0


class _TimeLeft:
    """Estimated seconds done and to do; several workers show as a speed above one."""

    def __init__(self, stages: Sequence[Stage], estimate: Callable[[Stage], float | None]) -> None:
        guesses = {stage.key: estimate(stage) for stage in stages}
        known = [guess for guess in guesses.values() if guess is not None]
        typical = sum(known) / len(known) if known else 1.0
        self._todo = {key: typical if guess is None else guess for key, guess in guesses.items()}
        self._partly: dict[str, float] = {}
        self._done = 0.0
        self._start: float | None = None

    def started(self) -> None:
        if self._start is None:
            self._start = time.monotonic()

    def advanced(self, stage: NamedStage, share: float) -> None:
        self._partly[stage.key] = share * self._todo.get(stage.key, 0.0)

    def again(self, stage: NamedStage) -> None:
        self._partly.pop(stage.key, None)

    def ended(self, stage: NamedStage, counts: bool) -> None:
        self._partly.pop(stage.key, None)
        spent = self._todo.pop(stage.key, 0.0)
        if counts:
            self._done += spent

    def seconds(self) -> float | None:
        """Seconds left; ``None`` until something has been measured."""
        partly = sum(self._partly.values())
        done = self._done + partly
        if self._start is None or done <= 0:
            return None
        return (sum(self._todo.values()) - partly) * (time.monotonic() - self._start) / done


def _step(report: ProgressReport) -> str:
    parts = []
    if report.step is not None:
        parts.append(f"{report.step}/{report.total}" if report.total else f"step {report.step}")
    if (reward := report.numbers.get("reward")) is not None:
        parts.append(f"reward {reward:.3f}" if isinstance(reward, float) else f"reward {reward}")
    return _plain("  ".join(parts))


def _name(stage: NamedStage) -> str:
    """The label of a stage, after its kind where the label lacks it."""
    has_kind = stage.label.startswith(f"{stage.kind} ")
    return _plain(stage.label if has_kind else f"{stage.kind} · {stage.label}")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes < 1:
        return f"{rest:.1f} s"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {int(rest):02d} s"


def _plain(text: str) -> str:
    """Text from a plugin without control characters, which a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
