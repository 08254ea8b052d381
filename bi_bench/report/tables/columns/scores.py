"""Columns of the ways to score: greedy, sampled (mean@k), derived and semantic, with their contrasts."""

from __future__ import annotations

from bi_bench.report.tables.column import Line, Shown, Terminal, TextOf
from bi_bench.report.tables.columns.score_columns import ScoreColumns

# The notes name the evaluations.
_WHY: dict[str, TextOf] = {
    "gain": lambda row: f"refused: {row.refused.reason}" if row.refused else "",
    "final_vs_reference": lambda row: row.no_comparison.short if row.no_comparison else "",
}
_CEILING = Line("C: over 85 % before RFT, little room to gain.", lambda row: "C" in row.marks)
_LABEL = "label: the arm against the reference arm, at the corrected level or exploratory."

GREEDY = ScoreColumns(
    "greedy",
    "",
    {
        "pre": Shown("pre", "scores", "scores", terminal=Terminal(), lines=(_CEILING,)),
        "post": Shown("post", "scores", "scores", terminal=Terminal()),
        "gain": Shown("gain", "scores", "scores", terminal=Terminal(), drawn=True),
        "gain_label": Shown("own gain, exploratory", "scores", "contrasts", before="pre_k"),
        "headroom_gain": Shown("of headroom", "scores", "contrasts"),
        "final_vs_reference": Shown(
            "final vs {reference}", "scores", "scores", terminal=Terminal(), drawn=True
        ),
        "gain_vs_reference": Shown("gain vs {reference}", "scores", "contrasts"),
        "arm_label": Shown(
            "label", "scores", "scores", terminal=Terminal(), by_text=True, sentence=_LABEL
        ),
    },
    _WHY,
).columns()

SAMPLED = ScoreColumns(
    "sampled",
    "_k",
    {
        "pre": Shown("pre@{k}", "scores", "sampled"),
        "post": Shown("post@{k}", "scores", "sampled"),
        "gain": Shown(
            "gain@{k}", "scores", "sampled", terminal=Terminal(before="final_vs_reference")
        ),
        "final_vs_reference": Shown("final@{k} vs {reference}", "scores", "sampled"),
        "gain_vs_reference": Shown("gain@{k} vs {reference}", "scores", "sampled"),
        "arm_label": Shown("label@{k}", "scores", "sampled"),
    },
    {},
).columns()

_SECONDARY = {
    "pre": "pre",
    "post": "post",
    "gain": "gain",
    "final_vs_reference": "final vs {reference}",
    "gain_vs_reference": "gain vs {reference}",
    "arm_label": "label",
}

DERIVED = ScoreColumns(
    "derived",
    "_derived",
    {
        name: Shown(f"derived {heading}", "derived", "derived")
        for name, heading in _SECONDARY.items()
    },
    {},
).columns()

_LENIENT = Line(
    "lenient: greedy, the answer right in the lenient reading.",
    lambda row: row.semantic is not None,
)
SEMANTIC = ScoreColumns(
    "semantic",
    "_semantic",
    {
        name: Shown(
            f"lenient {heading}", "semantic", "contrasts", lines=(_LENIENT,) * (name == "pre")
        )
        for name, heading in _SECONDARY.items()
    },
    {},
).columns()
