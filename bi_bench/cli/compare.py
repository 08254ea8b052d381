"""``bi-bench compare``: two arms, or two runs, against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption

if TYPE_CHECKING:
    from bi_bench.cli.sources import Opened
    from bi_bench.report.compare.arms import Side
    from bi_bench.report.compare.contrasts import Versus

_SHOWN = 8  # settings of one stage that differ


def compare(
    one: Annotated[str, typer.Argument(help="RUN:ARM, a RUN, or an ARM with --run.")],
    other: Annotated[str, typer.Argument(help="What it is held against, in the same way.")],
    run: Annotated[str, typer.Option(help="Run of both arms: a name or a published record.")] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Say in a sentence how two arms, or the arms of two runs, differ in gain and final score.

    Of two arms the first is held against the second; of two runs the second against the first.
    """
    from bi_bench.api import UserError
    from bi_bench.report.build.cpu import versus_notes
    from bi_bench.report.compare.arms import all_sides, matching, pairs
    from bi_bench.report.compare.contrasts import versus
    from bi_bench.report.compare.text import closing, to_json, to_text

    left, right = (_opened(text, run, store) for text in (one, other))
    notes: list[str] = []
    if bool(left[1]) != bool(right[1]):
        raise UserError(
            f"{one} and {other}: compare two runs, or two arms (RUN:ARM), not one of each"
        )
    if left[1]:
        texts = (left[1], right[1])
        found = [
            matching(all_sides(opened.name, opened.record, opened.store), text)
            for opened, text in (left, right)
        ]
        both = pairs(found[0], found[1], texts)
    else:
        both, alone = _arms_of_runs(left[0], right[0])
        notes += alone
    results = [result for pair in both for result in versus(*pair)]
    notes += [*_settings(both), *versus_notes(both)]
    notes += closing(results, _primary(results, left[0], right[0]))
    if as_json:
        print(json.dumps(to_json(results, notes), indent=1, ensure_ascii=False))
    else:
        print(to_text(results, notes), end="")
    if all(result.refused for result in results):
        raise UserError("nothing could be compared; the reasons stand above")


def _opened(text: str, run: str, store: Any) -> tuple[Opened, str]:
    """The run, and the label of an arm; none where the text is a run alone."""
    from pathlib import Path

    from bi_bench.cli.sources import open_run

    if run:
        return open_run(run, store), text
    if Path(text).exists():
        return open_run(text, store), ""
    name, _, arm = text.partition(":")
    return open_run(name, store), arm.strip()


def _arms_of_runs(first: Opened, second: Opened) -> tuple[list[tuple[Side, Side]], list[str]]:
    """The arms that both runs have, the second run's first; and what only one of them has."""
    from bi_bench.api import UserError
    from bi_bench.report.compare.arms import all_sides, pairs

    before, after = (
        {side.arm: side for side in all_sides(opened.name, opened.record, opened.store)}
        for opened in (first, second)
    )
    common = [arm for arm in after if arm in before]
    if not common:
        raise UserError(
            f"{first.name} and {second.name} have no arm in common; name two: RUN:ARM RUN:ARM"
        )
    both = [pair for arm in common for pair in pairs([after[arm]], [before[arm]], ("", ""))]
    notes = [
        f"in {opened.name} alone: {', '.join(arm.label for arm in mine if arm not in theirs)}"
        for opened, mine, theirs in ((first, before, after), (second, after, before))
        if any(arm not in theirs for arm in mine)
    ]
    return both, notes


def _settings(both: Sequence[tuple[Side, Side]]) -> list[str]:
    """What stages of arms in two runs differ in: the contrasts are about that too."""
    from bi_bench.plan.explain import differences

    # Stages and arms that differ in the same way are told together.
    found: dict[str, dict[str, list[str]]] = {}
    same = []
    for one, other in both:
        mine, theirs = _identities(one), _identities(other)
        roles = [role for role in theirs if role in mine]
        if one.run == other.run or not any(role.startswith("post/") for role in roles):
            continue
        changed = False
        for role in roles:
            changes = differences(theirs[role], mine[role])
            said = [f"{path} {_short(a)} -> {_short(b)}" for path, (a, b) in changes.items()]
            if said:
                changed = True
                more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
                text = f"{', '.join(said[:_SHOWN])}{more}"
                found.setdefault(text, {}).setdefault(role, []).append(one.arm.label)
        if not changed:
            same.append(one.arm.label)
    notes = []
    for text, by_role in found.items():
        arms = dict.fromkeys(label for labels in by_role.values() for label in labels)
        places = f"{', '.join(by_role)} of {'; '.join(arms)}"
        notes.append(
            f"settings that differ, {both[0][1].run} -> {both[0][0].run}: {text} ({places})"
        )
    if same:
        notes.append(f"no setting differs for {'; '.join(same)}")
    return notes


def _identities(side: Side) -> dict[str, Mapping[str, Any]]:
    """The identity of every stage of the arm's first cell, without seeds and parents."""
    cell = side.cells[0]
    return {
        role: {
            name: value
            for name, value in side.store.record(key)["identity"].items()
            if name not in ("seed", "parents", "regraded")
        }
        for role, key in cell.keys.items()
        if side.store.has(key)
    }


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _primary(results: Sequence[Versus], one: Opened, other: Opened) -> list[str]:
    """The comparisons that are the primary contrast of the run that both arms are in."""
    from bi_bench.report.build.primary import primary_of
    from bi_bench.report.build.rows import splits_of

    if one.name != other.name:
        return []
    suite, names = one.record["suite"], []
    for each in results:
        told = primary_of(suite, splits_of(each.one.cells))
        reference = each.one.arm._replace(strategy=suite["reference"])
        if each.split == told.split and each.other.arm == reference and each.greedy:
            names.append(
                f"{each.one.name} against {each.other.name} on {each.evaluation}, difference of "
                f"{'gains' if told.contrast == 'gain' else 'final scores'}, {told.score},"
            )
    return names
