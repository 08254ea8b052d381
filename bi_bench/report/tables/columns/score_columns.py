"""The columns that every way to score has: means, gain, labels, contrasts with the reference arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bi_bench.report.content.row import Kind, Row, Scores
from bi_bench.report.tables.column import FOR_MACHINES, Column, Interval, Shown, TextOf, Value
from bi_bench.report.text import Text, percent, signed
from bi_bench.stats import ArmLabel, Contrast


class ScoreColumns(NamedTuple):
    """One way to score: the keys of its columns end in ``suffix``, names in the maps do not.

    ``otherwise``: the text where there is no difference.
    """

    kind: Kind
    suffix: str
    shown: Mapping[str, Shown]
    otherwise: Mapping[str, TextOf]

    def columns(self) -> tuple[Column, ...]:
        """All of them, in the order of CSV and JSON."""
        return (
            self.contrast("pre", lambda scores: scores.pre, _never_right, mean=True),
            self.contrast("post", lambda scores: scores.post, _never_right, mean=True),
            self.contrast("gain", lambda scores: scores.gain, _never_right),
            self.fact("gain_method", lambda scores: scores.gain.method),
            self.fact("gain_df", lambda scores: scores.gain.df),
            self.fact("gain_note", lambda scores: scores.gain.note),
            self.fact(
                "gain_label",
                lambda scores: "; ".join(scores.gain_labels),
                lambda scores: scores.gain_labels[0],
            ),
            self.fact(
                "headroom_gain",
                lambda scores: scores.headroom,
                lambda scores: percent(scores.headroom),
            ),
            self.contrast(
                "final_vs_reference", lambda scores: scores.final_difference, _neither_right
            ),
            self.contrast(
                "gain_vs_reference", lambda scores: scores.gain_difference, _neither_right
            ),
            self.column("arm_label", self.label, lambda row: row.label(self.kind)),
            self.column("arm_label_basis", self.basis),
        )

    def column(
        self,
        name: str,
        value: Callable[[Row], Value],
        text: TextOf | None = None,
        ends: Callable[[Row], Contrast | None] | None = None,
    ) -> Column:
        """A column under its key; ``ends`` gives the interval."""
        names = f"{name}_low{self.suffix}", f"{name}_high{self.suffix}"
        interval = Interval(*names, ends) if ends else None
        shown = self.shown.get(name, FOR_MACHINES)
        return Column(f"{name}{self.suffix}", value, text, interval, shown)

    def fact(
        self,
        name: str,
        of: Callable[[Scores], Value],
        say: Callable[[Scores], str] = lambda scores: "",
    ) -> Column:
        """A column with a part of the scores."""
        return self.column(
            name,
            lambda row: of(scores) if (scores := row.scores(self.kind)) else None,
            lambda row: say(scores) if (scores := row.scores(self.kind)) else "",
        )

    def contrast(
        self,
        name: str,
        pick: Callable[[Scores], Contrast | None],
        constant: Callable[[Scores], bool],
        *,
        mean: bool = False,
    ) -> Column:
        """A column with an interval, which means nothing where all scores are ``constant``.

        A ``mean`` score is shown without it, a difference with it.
        """

        def found(row: Row) -> Contrast | None:
            return pick(scores) if (scores := row.scores(self.kind)) else None

        def ends(row: Row) -> Contrast | None:
            scores = row.scores(self.kind)
            return pick(scores) if scores and not constant(scores) else None

        def text(row: Row) -> str | Text:
            if (contrast := found(row)) is None:
                return self.otherwise[name](row) if name in self.otherwise else ""
            if mean:
                return percent(contrast.estimate)
            return signed(contrast) if ends(row) else ArmLabel.NEVER_RIGHT.value

        return self.column(
            name, lambda row: one.estimate if (one := found(row)) else None, text, ends
        )

    def label(self, row: Row) -> Value:
        """The verdict on the arm, at the corrected level where there is one."""
        if row.standing is not None and row.corrected(self.kind):
            return row.standing.label
        return scores.arm_label if (scores := row.scores(self.kind)) else None

    def basis(self, row: Row) -> Value:
        """At which level that verdict is."""
        if not self.label(row):
            return None
        return "corrected" if row.corrected(self.kind) else "exploratory"


def _never_right(scores: Scores) -> bool:
    return scores.never_right


def _neither_right(scores: Scores) -> bool:
    return scores.arm_label == ArmLabel.NEVER_RIGHT
