"""Finds the arms of runs by the labels that a reader names, and pairs those of two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bi_bench.api import UserError, did_you_mean
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results

_SEPARATOR = "·"
# As labels show them, first the axis that differs most often.
_AXES = ("strategy", "algorithm", "model", "benchmark")


@dataclass(frozen=True)
class RunArm:
    """One arm of one run; ``name`` is what sentences call it."""

    name: str
    run: str
    arm: Arm
    cells: tuple[Cell, ...]
    results: Results


def run_arms(results: Results) -> list[RunArm]:
    """Every arm of a run, by its whole label."""
    return [
        RunArm(arm.label, results.name, arm, tuple(cells), results)
        for arm, cells in results.arms().items()
    ]


def matching(sides: Sequence[RunArm], text: str) -> list[RunArm]:
    """The arms that have every label in ``text``, such as "bridge" or "bridge · grpo".

    UserError where none does.
    """
    parts = _parts(text)
    found = [side for side in sides if all(part in side.arm for part in parts)]
    if found and parts:
        return found
    known = {value for side in sides for value in side.arm}
    wrong = next((part for part in parts if part not in known), text)
    hint = did_you_mean(wrong, known)
    labels = "\n  ".join(side.name for side in sides)
    raise UserError(f'no arm has the label "{text}"{hint}; the arms are\n  {labels}')


def pairs(
    one: Sequence[RunArm], other: Sequence[RunArm], texts: tuple[str, str]
) -> list[tuple[RunArm, RunArm]]:
    """Each arm of the one with that of the other that agrees with it in all labels not named.

    A single arm on both sides is a pair whatever it is. UserError where several pairs are
    possible, and where both are the same arm.
    """
    if len(one) == len(other) == 1:
        if (one[0].run, one[0].arm) == (other[0].run, other[0].arm):
            raise UserError(f"{one[0].name}: given twice; an arm does not differ from itself")
        return [_named(one[0], other[0])]
    parts = {part for text in texts for part in _parts(text)}
    left = [_open_labels(side, parts) for side in one]
    right = [_open_labels(side, parts) for side in other]
    found = [
        (a, b)
        for a, mine in zip(one, left, strict=True)
        for b, theirs in zip(other, right, strict=True)
        if mine == theirs and (a.run, a.arm) != (b.run, b.arm)
    ]
    if not found or len(found) > len({(a.run, a.arm) for a, _ in found}):
        labels = "\n  ".join(side.name for side in (*one, *other))
        raise UserError(
            f'"{texts[0]}" and "{texts[1]}" match several arms; add more labels of\n  {labels}'
        )
    return [_named(a, b) for a, b in found]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(_SEPARATOR) if part.strip()]


def _open_labels(side: RunArm, parts: set[str]) -> tuple[str, ...]:
    return tuple("" if value in parts else value for value in side.arm)


def _named(one: RunArm, other: RunArm) -> tuple[RunArm, RunArm]:
    """Both, named by the axes in which they differ."""
    differ = [axis for axis in _AXES if getattr(one.arm, axis) != getattr(other.arm, axis)]
    shown = differ if differ in ([], ["strategy"]) else ["strategy", *differ]
    labels = [
        f" {_SEPARATOR} ".join(getattr(side.arm, axis) for axis in dict.fromkeys(shown))
        or side.arm.strategy
        for side in (one, other)
    ]
    if one.run != other.run:
        labels = [f"{name} of {side.run}" for name, side in zip(labels, (one, other), strict=True)]
    return replace(one, name=labels[0]), replace(other, name=labels[1])
