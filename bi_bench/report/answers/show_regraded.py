"""Shows what a new grader changes, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from bi_bench.artifacts.samples import Sample, as_row
from bi_bench.report.answers.regrade import Line, Regraded
from bi_bench.report.answers.show import right_or_wrong
from bi_bench.report.text import percent, plain

_SHOWN = 200  # characters of an answer's end
_HEADINGS = ("evaluation", "arm", "scores in %, old → new", "now right", "now wrong", "parsing")


def to_json(lines: Sequence[Line], regraded: Regraded, n: int, saved: str) -> dict[str, Any]:
    """Scores, and at most ``n`` of the verdicts that changed; ``saved`` is the name of the new run."""
    return {
        "rows": [asdict(line) for line in lines],
        "examples": [
            {"problem": v.problem.id, "old": as_row(v.old), "new": as_row(v.new)}
            for v in regraded.changed[:n]
        ],
        "left_out": dict(regraded.left_out),
        "saved": saved,
    }


def to_text(lines: Sequence[Line], regraded: Regraded, n: int) -> str:
    """Scores as a table, at most ``n`` of the verdicts that changed, and what was left out."""
    return "\n".join(_text_lines(lines, regraded, n))


def _text_lines(lines: Sequence[Line], regraded: Regraded, n: int) -> Iterator[str]:
    yield str(tabulate(list(map(_row, lines)), _HEADINGS, tablefmt="simple"))
    changed, answers = regraded.changed, sum(line.answers for line in lines)
    yield f"\n{len(changed)} of {answers} grades changed"
    for problem, old, new in changed[:n]:
        answer = plain(problem.answer)[:80]
        yield f"\n{plain(problem.id)} (answer {answer}): {_verdict(old)} → {_verdict(new)}"
        end = plain(old.completion[-_SHOWN:])
        yield f"  {'… ' if len(old.completion) > _SHOWN else ''}{end}"
    reasons = list(regraded.left_out.values())
    for reason in sorted(set(reasons)):
        yield f"left out: {reasons.count(reason)} evaluations, {reason}"


def _row(line: Line) -> list[str | int]:
    scores = [
        f"{name} {percent(old)}" + (f" → {percent(new)}" if old != new else "")
        for name, (old, new) in line.scores.items()
    ]
    turned = (line.to_right, line.to_wrong, line.parsing)
    return [plain(line.evaluation), plain(line.arm), ", ".join(scores), *turned]


def _verdict(sample: Sample) -> str:
    if not sample.parsed:
        return "no answer found"
    answer = plain(str(sample.answer))[:60]
    return f'"{answer}", {right_or_wrong(sample)}'
