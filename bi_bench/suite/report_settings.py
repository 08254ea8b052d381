"""Checks the [report] table of a suite: figures, published numbers, the contrast that ranks arms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bi_bench.api import UserError, did_you_mean
from bi_bench.api.figure import FIGURES
from bi_bench.api.identity import Json
from bi_bench.suite.schema import Primary, Published
from bi_bench.suite.suite import Suite

_AXES = ("benchmark", "split", "model", "algorithm", "strategy")


def check_figures(names: Sequence[str], suite: Suite, file: object) -> None:
    """UserError for a name that is neither a figure of reports nor an analysis of the suite."""
    known = [*FIGURES, *(entry.label for entry in suite.analyses)]
    for index, name in enumerate(names):
        if name not in known:
            hint = did_you_mean(name, known) or "."
            raise UserError(
                f'{file}: report.figures[{index}]: unknown figure "{name}"{hint} '
                f"Known: {', '.join(known)}"
            )


def place_published(
    published: Sequence[Published], suite: Suite, file: object
) -> tuple[Mapping[str, Json], ...]:
    """Each number with all labels of the one row that it belongs to; UserError if it is not one."""
    rows = list(dict.fromkeys(_rows(suite))) if published else []
    return tuple(
        {**one.model_dump(), **_place(one, rows, f"{file}: report.published[{index}]")}
        for index, one in enumerate(published)
    )


def settle_primary(primary: Primary, suite: Suite, file: object) -> Primary:
    """The primary contrast with its split; UserError where the suite does not measure it."""
    evaluate = suite.defaults.evaluate
    split = primary.split or evaluate.splits[0]
    if split not in evaluate.splits:
        raise UserError(
            f'{file}: report.primary.split: "{split}" is not evaluated; use one of '
            f"{', '.join(evaluate.splits)}, or add it to defaults.evaluate.splits"
        )
    if primary.score == "sampled" and not evaluate.samples:
        raise UserError(
            f'{file}: report.primary.score: "sampled" needs defaults.evaluate.samples above 0'
        )
    return primary.model_copy(update={"split": split})


def _place(one: Published, rows: Sequence[tuple[str, ...]], where: str) -> dict[str, str]:
    left = list(rows)
    for number, axis in enumerate(_AXES):
        label = getattr(one, axis)
        if not label:
            continue
        known = list(dict.fromkeys(row[number] for row in rows))
        if label not in known:
            hint = did_you_mean(label, known) or "."
            raise UserError(
                f'{where}.{axis}: no {axis} has the label "{label}"{hint} Labels: {", ".join(known)}'
            )
        left = [row for row in left if row[number] == label]
    if not left:
        given = ", ".join(f'{axis} "{getattr(one, axis)}"' for axis in _AXES if getattr(one, axis))
        raise UserError(f"{where}: no row of the matrix has all of {given}")
    for number, axis in enumerate(_AXES):
        values = list(dict.fromkeys(row[number] for row in left))
        if len(values) > 1:
            raise UserError(
                f"{where}: it matches {len(left)} rows; add {axis}, one of: {', '.join(values)}"
            )
    return dict(zip(_AXES, left[0], strict=True))


def _rows(suite: Suite) -> Iterator[tuple[str, ...]]:
    """The labels of every row that a report of the suite can have."""
    splits = suite.defaults.evaluate.splits
    for cell in suite.cells():
        shown: list[str] = [split for split in splits if split in cell.benchmark.plugin.splits]
        for other in suite.transfers:
            shown += [f"{other.label}/{s}" for s in splits if s in other.plugin.splits]
        arm = cell.model.label, cell.algorithm.label, cell.strategy.label
        for split in shown:
            yield (cell.benchmark.label, split, *arm)
