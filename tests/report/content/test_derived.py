"""Derivations: the score that demands them, and the verdicts that right answers without them do not get."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from bi_bench.report.compare.arms import matching, pairs, run_arms
from bi_bench.report.compare.contrasts import compare_arms
from bi_bench.report.compare.text import to_json as comparison_json
from bi_bench.report.compare.text import to_text
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from bi_bench.stats import crossed_interval
from tests.conftest import present
from tests.factories import results
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference

RIGHT = "1" * 20 + "0" * 20
# Three seeds of each end: right answers, and which of all derivations are right.
LOW = ["1" * 22 + "0" * 18, "1" * 21 + "0" * 19, "1" * 23 + "0" * 17]
HIGH = ["1" * 38 + "0" * 2, "1" * 37 + "0" * 3, "1" * 39 + "0"]

# Answers and derivations, as "110".
Graded = tuple[str, str]


def fill(
    suite: Suite,
    strategy: str,
    pre: list[Graded],
    post: list[Graded],
    seeds: Iterable[int] = (0, 1, 2),
) -> None:
    """``pre`` and ``post``: answers and derivations of each seed, as "110"."""
    for seed in seeds:
        made = [
            suite.outcomes(right, seed=seed, derivation=[flag == "1" for flag in sound])
            for right, sound in (pre[seed], post[seed])
        ]
        suite.run(suite.cell(strategy, seed), *made)


def both(answers: str | list[str], derivations: str | list[str] | None = None) -> list[Graded]:
    right, sound = (
        [each] * 3 if isinstance(each, str) else each for each in (answers, derivations or answers)
    )
    return list(zip(right, sound, strict=True))


def report(suite: Suite) -> Report:
    return build_report(suite.results)


def test_answers_with_every_step_right_are_a_score_with_all_its_contrasts(suite: Suite) -> None:
    fill(suite, "vanilla", both(RIGHT), both(LOW))
    fill(
        suite, "bridge", both(RIGHT, "1" * 12 + "0" * 28), both(HIGH, [x[2:] + "00" for x in HIGH])
    )
    found = report(suite)
    vanilla, bridge = sorted(found.rows, key=lambda row: row.strategy != "vanilla")
    derived = present(bridge.derived)
    assert derived.pre.estimate == pytest.approx(12 / 40)
    assert derived.post.estimate == pytest.approx(36 / 40)
    gains = [[int(f) - (n < 12) for n, f in enumerate(x[2:] + "00")] for x in HIGH]
    assert derived.gain == crossed_interval(gains)
    assert final_difference(bridge.derived).estimate == pytest.approx((36 - 22) / 40)
    assert bridge.label("derived") == "improved (exploratory)"
    assert vanilla.derived == vanilla.greedy
    flat = to_json(found)["rows"][0]
    names = ("pre", "post", "gain", "gain_low", "final_vs_reference_high", "gain_vs_reference_low")
    assert all(flat[f"{name}_derived"] is not None for name in names)
    text = render(found, "markdown")
    assert "derived final vs vanilla" in text
    assert "derived: greedy, the answer and every needed step right" in text


def test_a_right_derivation_of_a_wrong_answer_does_not_count(suite: Suite) -> None:
    fill(suite, "vanilla", both("1100", "1111"), both("1110", "0111"), seeds=(0,))
    (row,) = report(suite).rows
    derived = present(row.derived)
    assert (derived.pre.estimate, derived.post.estimate) == (0.5, 0.5)


def test_without_derivations_there_is_no_such_score(suite: Suite) -> None:
    suite.arm("vanilla", RIGHT, LOW)
    found = report(suite)
    assert found.rows[0].derived is None
    assert "derived pre" not in render(found, "markdown")
    assert to_json(found)["rows"][0]["gain_derived"] is None


def test_compare_shows_it_too(suite: Suite) -> None:
    fill(suite, "vanilla", both(RIGHT), both(LOW))
    fill(suite, "bridge", both(RIGHT), both(HIGH))
    sides = run_arms(results(suite.record, suite.store, "r"))
    ((one, other),) = pairs(matching(sides, "bridge"), matching(sides, "vanilla"), ("", ""))
    found = compare_arms(one, other)
    text = " ".join(to_text(found).split())
    assert "derived pre derived post derived gain" in text
    assert "greedy with every needed step right, bridge gains" in text
    (said,) = json.loads(json.dumps(comparison_json(found)))["comparisons"]
    assert said["derived"]["one"]["gain_difference"]["estimate"] == pytest.approx(16 / 40)


@pytest.mark.parametrize("who", ["vanilla", "bridge"])
def test_right_answers_that_are_mostly_derived_wrongly_get_no_verdict(
    suite: Suite, who: str
) -> None:
    """Of the arm or of the reference: with either, a difference of answers is none of reasoning."""
    guessed = "0" * 40
    for strategy, post in (("vanilla", LOW), ("bridge", HIGH)):
        sound = guessed if strategy == who else None
        fill(suite, strategy, both(RIGHT, sound), both(post, sound))
    found = report(suite)
    rows = {row.strategy: row for row in found.rows}
    assert present(rows[who].greedy).gain_labels == ("no verdict",)
    standing = present(rows["bridge"].standing)
    assert (standing.place, standing.group) == ("no verdict", 0)
    assert rows["bridge"].label("greedy") == rows["bridge"].label("sampled") == "no verdict"
    assert rows["bridge"].label("derived") != "no verdict"
    assert any("most right answers have a wrong derivation" in note for note in found.notes)


@pytest.mark.parametrize(
    ("pre", "post", "verdict"),
    [
        # A floor of lucky answers, from which RFT teaches derivations: the gain is real.
        (("1" * 6 + "0" * 34, "0" * 40), ("1" * 36 + "0" * 4,) * 2, True),
        # RFT teaches to guess.
        (("1" * 30 + "0" * 10,) * 2, ("1" * 36 + "0" * 4, "0" * 40), False),
        # A loss of answers that were lucky, which is a gain of derivations.
        (("1" * 38 + "00", "0" * 40), ("1" * 20 + "0" * 20,) * 2, False),
    ],
)
def test_after_rft_and_over_both_evaluations_most_derivations_must_be_right(
    suite: Suite, pre: Graded, post: Graded, verdict: bool
) -> None:
    fill(suite, "vanilla", [pre] * 3, [post] * 3)
    (row,) = report(suite).rows
    assert (present(row.greedy).gain_labels[0] != "no verdict") == verdict
