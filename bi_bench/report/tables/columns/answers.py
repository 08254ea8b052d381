"""Columns of how answers ended, before and after RFT, and of what decides nothing: flips, pass@k, maj@k."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bi_bench.report.content.row import Answers, Row
from bi_bench.report.content.secondary import Secondary
from bi_bench.report.tables.column import Column, Shown, Value
from bi_bench.report.text import change, percent

_Shares = Callable[[Secondary], tuple[float, float] | None]


def _secondary(of: Callable[[Secondary], Value]) -> Callable[[Row], Value]:
    return lambda row: of(row.secondary) if row.secondary else None


def _flips(row: Row) -> str:
    """ "+12 / -3 (McNemar p 0.04)"."""
    if (found := row.secondary) is None:
        return ""
    test = "" if found.mcnemar is None else f" (McNemar p {found.mcnemar:.2g})"
    return f"+{found.fixed:.3g} / -{found.broken:.3g}{test}"


def _parts(row: Row) -> str:
    split = row.secondary.split if row.secondary else None
    return f"{change(split.parsing)} / {change(split.accuracy)}" if split else ""


def _of_samples(name: str, heading: str, of: _Shares) -> tuple[Column, Column]:
    """A share of the sampled answers before and after RFT, shown together."""

    def share(place: int) -> Callable[[Secondary], Value]:
        return lambda found: shares[place] if (shares := of(found)) else None

    def text(row: Row) -> str:
        shares = of(row.secondary) if row.secondary else None
        return " → ".join(map(percent, shares)) if shares else ""

    shown = Shown(heading, "measured", "sampled", before="truncated_post")
    return (
        Column(f"{name}_pre_k", _secondary(share(0))),
        Column(f"{name}_post_k", _secondary(share(1)), text, shown=shown),
    )


SECONDARY = (
    Column(
        "fixed",
        _secondary(lambda found: found.fixed),
        _flips,
        shown=Shown("fixed / broken", "measured", "answers", before="truncated_post"),
    ),
    Column("broken", _secondary(lambda found: found.broken)),
    Column("mcnemar_p", _secondary(lambda found: found.mcnemar)),
    Column(
        "gain_parsing",
        _secondary(lambda found: found.split.parsing if found.split else None),
        _parts,
        shown=Shown("gain by parsing / accuracy", "measured", "answers", before="truncated_post"),
    ),
    Column(
        "gain_accuracy", _secondary(lambda found: found.split.accuracy if found.split else None)
    ),
    *_of_samples("pass", "pass@{k}", lambda found: found.pass_k),
    *_of_samples("majority", "maj@{k}", lambda found: found.majority),
)


class _Measure(NamedTuple):
    """Something measured of answers before and after RFT, shown together where it has a heading."""

    name: str
    of: Callable[[Answers], float | None]
    heading: str = ""
    say: Callable[[float | None], str] = percent
    before: str = ""

    def text(self, row: Row) -> str:
        pre, post = self.of(row.pre_answers), self.of(row.post_answers)
        return "" if pre is None and post is None else f"{self.say(pre)} → {self.say(post)}"

    def columns(self) -> tuple[Column, Column]:
        shown = Shown(self.heading, "measured", "answers", before=self.before)
        return (
            Column(f"{self.name}_pre", lambda row: self.of(row.pre_answers)),
            Column(
                f"{self.name}_post", lambda row: self.of(row.post_answers), self.text, shown=shown
            ),
        )


_MEASURES = (
    _Measure("truncated", lambda answers: answers.truncated, "truncated"),
    _Measure("unparsed", lambda answers: answers.unparsed, "unparsed"),
    _Measure("contradictory", lambda answers: answers.contradictory, "contradictory"),
    _Measure(
        "answer_tokens",
        lambda answers: answers.tokens,
        "answer tokens",
        lambda tokens: f"{tokens:.1f}",
        before="tokens_trained",
    ),
    _Measure("derivation", lambda answers: answers.derivation),
    _Measure(
        "wrong_derivation",
        lambda answers: answers.wrong_derivation,
        "wrong derivation among right",
    ),
    _Measure("unrecognised", lambda answers: answers.unrecognised, "not recognised among right"),
)
_PAIRS = [measure.columns() for measure in _MEASURES]
# CSV has all of them before RFT, then all after it.
ANSWERS = (*(pre for pre, _ in _PAIRS), *(post for _, post in _PAIRS))
