"""The columns of the tables as text, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from bi_bench.report.build.row import Kind, Row, Scores
from bi_bench.report.text import amount, change, gain_points, percent, points, shorten
from bi_bench.stats import ArmLabel


class Column(NamedTuple):
    """A heading, with room for {k} and {reference}, and what it shows of a row."""

    name: str
    show: Callable[[Row], str]


def _interval(kind: Kind, name: str) -> Callable[[Row], str]:
    """Shows one contrast of one way to score."""

    def show(row: Row) -> str:
        scores: Scores | None = getattr(row, kind)
        if scores is None or name == "gain":
            return gain_points(scores)
        never = scores.arm_label == ArmLabel.NEVER_RIGHT
        return scores.arm_label if never else points(getattr(scores, name))

    return show


def _score(kind: Kind, name: str) -> Callable[[Row], str]:
    """Shows the mean score before ("pre") or after ("post")."""

    def show(row: Row) -> str:
        scores: Scores | None = getattr(row, kind)
        return percent(getattr(scores, name).estimate) if scores else ""

    return show


def _shares(name: str) -> Callable[[Row], str]:
    """Shows a share of answers before and after RFT."""

    def show(row: Row) -> str:
        pre, post = (getattr(when, name) for when in (row.pre_answers, row.post_answers))
        return "" if pre is None and post is None else f"{percent(pre)} → {percent(post)}"

    return show


def _gain(row: Row) -> str:
    # The notes say between which evaluations.
    return f"refused: {row.refused.reason}" if row.refused else _GREEDY_GAIN(row)


def _final(row: Row) -> str:
    return row.no_comparison.short if row.no_comparison else _GREEDY_FINAL(row)


def _own_label(row: Row) -> str:
    return row.greedy.gain_labels[0] if row.greedy else ""


def _label(kind: Kind) -> Callable[[Row], str]:
    return lambda row: row.label(kind)


def _group(row: Row) -> str:
    """The number, or why there is none."""
    return (str(row.standing.group or "") or row.standing.place) if row.standing else ""


def _primary(row: Row) -> str:
    if row.standing is None or row.standing.contrast is None:
        return ""
    return f"{points(row.standing.contrast)}, p {row.standing.p_value:.2g}"


def _flips(row: Row) -> str:
    if row.secondary is None:
        return ""
    found, p_value = row.secondary, row.secondary.mcnemar
    test = "" if p_value is None else f" (McNemar p {p_value:.2g})"
    return f"+{found.fixed:.3g} / -{found.broken:.3g}{test}"


def _split(row: Row) -> str:
    split = row.secondary.split if row.secondary else None
    return f"{change(split.parsing)} / {change(split.accuracy)}" if split else ""


def _both(name: Literal["pass_k", "majority"]) -> Callable[[Row], str]:
    """Shows a share of the sampled answers before and after RFT."""

    def show(row: Row) -> str:
        shares = getattr(row.secondary, name) if row.secondary else None
        return " → ".join(map(percent, shares)) if shares else ""

    return show


def _informative(row: Row) -> str:
    return percent(row.readiness.informative) if row.readiness else ""


def _overlap(row: Row) -> str:
    if not row.overlap:
        return ""
    equal = row.overlap.equal
    return percent(row.overlap.contaminated) + ("" if equal is None else f" / {percent(equal)}")


def _leaked(row: Row) -> str:
    # A terminal has no room for a column of zeros.
    found = row.overlap
    return _overlap(row) if found and (found.contaminated or found.equal) else ""


def _problems(row: Row) -> str:
    """ "500", "500 in 196 clusters (effective 43)"."""
    if row.clusters is None or row.effective_clusters is None:
        return str(row.problems)
    return f"{row.problems} in {row.clusters} clusters (effective {row.effective_clusters:.0f})"


def _samples(row: Row) -> str:
    return f"{row.samples} at temperature {row.temperature:g}" if row.temperature else "none"


_GREEDY_GAIN = _interval("greedy", "gain")
_GREEDY_FINAL = _interval("greedy", "final_difference")

# Named once above a table where all of its rows agree, else columns of it.
FACTS = (
    Column("model", lambda row: row.model),
    Column("algorithm", lambda row: row.algorithm),
    Column("problems", _problems),
    Column("samples", _samples),
    Column("seeds", lambda row: row.seed_count),
    Column("floor", lambda row: f'{percent(row.floor)} % ("{shorten(row.floor_answer, 20)}")'),
)

# What fits a terminal of 140 characters.
COMPACT = (
    Column("group", _group),
    Column("pre", _score("greedy", "pre")),
    Column("post", _score("greedy", "post")),
    Column("gain", _gain),
    Column("gain@{k}", _interval("sampled", "gain")),
    Column("final vs {reference}", _final),
    Column("label", _label("greedy")),
    Column("marks", lambda row: row.marks),
    Column("overlap", _leaked),
    Column("inform.", _informative),
    Column("tokens", lambda row: amount(row.costs.tokens_trained + row.costs.tokens_generated)),
    Column("min", lambda row: f"{row.costs.wall_seconds / 60:.1f}"),
)

SCORED = (
    Column("group", _group),
    Column("pre", _score("greedy", "pre")),
    Column("post", _score("greedy", "post")),
    Column("gain", _gain),
    Column("of headroom", lambda row: percent(row.greedy.headroom) if row.greedy else ""),
    Column("final vs {reference}", _final),
    Column("gain vs {reference}", _interval("greedy", "gain_difference")),
    Column("primary, corrected", _primary),
    Column("gain vs random reward", lambda row: points(row.over_random)),
    Column("label", _label("greedy")),
    Column("own gain, exploratory", _own_label),
    Column("pre@{k}", _score("sampled", "pre")),
    Column("post@{k}", _score("sampled", "post")),
    Column("gain@{k}", _interval("sampled", "gain")),
    Column("final@{k} vs {reference}", _interval("sampled", "final_difference")),
    Column("gain@{k} vs {reference}", _interval("sampled", "gain_difference")),
    Column("label@{k}", _label("sampled")),
    Column("marks", lambda row: row.marks),
)

DERIVED = (
    Column("derived pre", _score("derived", "pre")),
    Column("derived post", _score("derived", "post")),
    Column("derived gain", _interval("derived", "gain")),
    Column("derived final vs {reference}", _interval("derived", "final_difference")),
    Column("derived gain vs {reference}", _interval("derived", "gain_difference")),
    Column("derived label", _label("derived")),
)

MEASURED = (
    Column("overlap", _overlap),
    Column("informative", _informative),
    Column("spread", lambda row: f"{row.readiness.spread:.3f}" if row.readiness else ""),
    Column("fixed / broken", _flips),
    Column("gain by parsing / accuracy", _split),
    Column("pass@{k}", _both("pass_k")),
    Column("maj@{k}", _both("majority")),
    Column("truncated", _shares("truncated")),
    Column("unparsed", _shares("unparsed")),
    Column("contradictory", _shares("contradictory")),
    Column("wrong derivation among right", _shares("wrong_derivation")),
    Column("not recognised among right", _shares("unrecognised")),
    Column(
        "answer tokens",
        lambda row: f"{row.pre_answers.tokens:.1f} → {row.post_answers.tokens:.1f}",
    ),
    Column("tokens trained", lambda row: amount(row.costs.tokens_trained)),
    Column("tokens generated", lambda row: amount(row.costs.tokens_generated)),
    Column("minutes", lambda row: f"{row.costs.wall_seconds / 60:.1f}"),
    Column("RFT steps", lambda row: f"{row.costs.rft_steps:g}" if row.costs.rft_steps else ""),
    Column("RFT minutes", lambda row: f"{row.costs.rft_seconds / 60:.1f}"),
)


def legend(rows: Sequence[Row]) -> Iterator[str]:
    """What the columns and marks mean, as far as there are any."""
    if not rows:
        yield "No cell is finished yet."
        return
    yield (
        "Scores in %, gains and differences in points with 95 % intervals, not corrected for the "
        "number of comparisons. pre, post, gain and label are greedy; @k: mean over k answers "
        "sampled per problem; derived: greedy, the answer and every needed step right. effective: how many "
        "equal clusters those of the problems are worth. label: the arm against the reference arm, at the "
        "corrected level or exploratory. floor: the best constant answer. inform(ative): probe problems with "
        "some but not all rollouts right. tokens: trained plus generated."
    )
    if any(row.standing for row in rows):
        yield (
            "group: above, level with or below the reference arm by the primary contrast, corrected for the "
            "number of comparisons; rows that share one are not ranked. Above takes a final score that is "
            "higher and a gain that is not lower. not tested: one or two seeds in common."
        )
    marks = {mark for row in rows for mark in row.marks}
    if "C" in marks:
        yield "C: over 85 % before RFT, little room to gain."
    if any(map(_leaked, rows)):
        yield (
            "overlap: test questions in % that stand in the training data (SFT demonstrations and RL "
            "problems) with at least 80 % of their runs of 13 words; after the stroke those that equal a "
            "training problem up to names and order."
        )
    if "L" in marks:
        yield (
            "L: test questions have leaked: over 1 % of them overlap with the training data, or one "
            "stands there whole, or with other names."
        )
    if "N" in marks:
        yield (
            "N: the interval of the gain minus that under a random reward includes zero or lies "
            "below it."
        )
    if "T" in marks:
        yield "T: over 1 % of answers truncated."
