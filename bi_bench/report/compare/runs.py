"""Compares two arms, or two runs, which a reader names by text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.artifacts.artifact import JsonObject
from bi_bench.artifacts.differences import differences
from bi_bench.artifacts.role import Role
from bi_bench.report.compare.arms import RunArm, matching, pairs, run_arms
from bi_bench.report.compare.contrasts import Comparison, compare_arms
from bi_bench.report.compare.cpu import cpu_notes
from bi_bench.report.compare.text import closing
from bi_bench.report.content.primary import primary_of
from bi_bench.report.data.open import open_run
from bi_bench.report.data.results import Results, splits_of

_SHOWN = 8  # settings of one stage that differ


class Comparisons(NamedTuple):
    """Every pair of arms on every split, and what holds for all of them."""

    each: list[Comparison]
    notes: list[str]


def compare(one: str, other: str, run: str, store: Path) -> Comparisons:
    """Compare RUN:ARM with RUN:ARM, RUN with RUN, or arms of one ``run``.

    Two arms: the first minus the second. Two runs: the second minus the first.
    UserError where one names an arm and the other a run.
    """
    left, right = (_opened(text, run, store) for text in (one, other))
    notes: list[str] = []
    if bool(left[1]) != bool(right[1]):
        raise UserError(
            f"{one} and {other}: compare two runs, or two arms (RUN:ARM), not one of each"
        )
    if left[1]:
        texts = (left[1], right[1])
        sides = [matching(run_arms(results), text) for results, text in (left, right)]
        both = pairs(sides[0], sides[1], texts)
    else:
        both, alone = _arms_of_runs(left[0], right[0])
        notes += alone
    comparisons = [each for pair in both for each in compare_arms(*pair)]
    notes += [*_settings(both), *cpu_notes(both)]
    primary = _primary(comparisons, left[0], right[0])
    return Comparisons(comparisons, notes + closing(comparisons, primary))


def _opened(text: str, run: str, store: Path) -> tuple[Results, str]:
    """The run, and the label of an arm; none where the text is a run alone."""
    if run:
        return open_run(run, store), text
    if Path(text).exists():
        return open_run(text, store), ""
    name, _, arm = text.partition(":")
    return open_run(name, store), arm.strip()


def _arms_of_runs(first: Results, second: Results) -> tuple[list[tuple[RunArm, RunArm]], list[str]]:
    """The arms that both runs have, the second run's first; and what only one of them has."""
    before, after = ({side.arm: side for side in run_arms(results)} for results in (first, second))
    common = [arm for arm in after if arm in before]
    if not common:
        raise UserError(
            f"{first.name} and {second.name} have no arm in common; give two: RUN:ARM RUN:ARM"
        )
    both = [pair for arm in common for pair in pairs([after[arm]], [before[arm]], ("", ""))]
    notes = [
        f"in {results.name} alone: {', '.join(arm.label for arm in mine if arm not in theirs)}"
        for results, mine, theirs in ((first, before, after), (second, after, before))
        if any(arm not in theirs for arm in mine)
    ]
    return both, notes


def _settings(both: Sequence[tuple[RunArm, RunArm]]) -> list[str]:
    """Notes on the settings in which the stages of two runs differ: contrasts are about these too."""
    # Stages and arms that differ in the same way share a note.
    found: dict[str, dict[Role, list[str]]] = {}
    same = []
    for one, other in both:
        mine, theirs = _identities(one), _identities(other)
        roles = [role for role in theirs if role in mine]
        if one.run == other.run or not any(role.part == "post" for role in roles):
            continue
        changed = False
        for role in roles:
            changes = differences(theirs[role], mine[role])
            texts = [f"{path} {_short(a)} -> {_short(b)}" for path, (a, b) in changes.items()]
            if texts:
                changed = True
                more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
                text = f"{', '.join(texts[:_SHOWN])}{more}"
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


def _identities(side: RunArm) -> dict[Role, JsonObject]:
    """The settings of every stage of the arm's first cell, without seeds and parents."""
    return {
        role: {n: v for n, v in side.results.stage(key).settings.items() if n != "regraded"}
        for role, key in side.cells[0].keys.items()
        if side.results.store.has(key)
    }


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _primary(comparisons: Sequence[Comparison], one: Results, other: Results) -> list[str]:
    """The comparisons that are the primary contrast of the run that both arms are in."""
    if one.name != other.name:
        return []
    suite, names = one.suite, []
    for each in comparisons:
        primary = primary_of(suite, splits_of(each.one.cells))
        reference = each.one.arm._replace(strategy=suite.reference)
        if each.split == primary.split and each.other.arm == reference and each.greedy:
            names.append(
                f"{each.one.name} against {each.other.name} on {each.evaluation}, difference of "
                f"{'gains' if primary.contrast == 'gain' else 'final scores'}, {primary.score},"
            )
    return names
