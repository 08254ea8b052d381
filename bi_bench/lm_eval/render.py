"""Renders compared logs as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from tabulate import tabulate

from bi_bench.lm_eval.compare import Compared
from bi_bench.lm_eval.comparison import Comparison
from bi_bench.lm_eval.results_file import NO_FILTER
from bi_bench.report.compare.sentence import POINTS, Place, Unit, score_sentence
from bi_bench.report.text import markdown, plain, wrap

_RAW = Unit(1.0, "", 4)
_LEAST_P = 1e-4
_HEADINGS = (
    "task",
    "metric",
    "n",
    "model",
    "score",
    "reference",
    "difference",
    "fixed",
    "broken",
    "p",
)


def to_text(compared: Compared) -> str:
    """Table, sentences and notes for a terminal."""
    parts = [f"reference: {plain(compared.reference)}"]
    if compared.comparisons:
        parts.append(_table(_rows(compared, plain), "simple"))
    parts += map(wrap, sentences(compared))
    parts.append("\n".join(wrap(plain(line)) for line in _below(compared)))
    return "\n\n".join(filter(None, parts)) + "\n"


def to_markdown(compared: Compared) -> str:
    """The same as Markdown; nothing in names is markup."""
    parts = ["# Paired comparison of lm-eval logs", f"Reference: {markdown(compared.reference)}"]
    if compared.comparisons:
        parts.append(_table(_rows(compared, markdown), "pipe"))
    parts += map(markdown, sentences(compared))
    parts.append("\n".join(f"- {markdown(line)}" for line in _below(compared)))
    return "\n\n".join(filter(None, parts)) + "\n"


def to_json(compared: Compared) -> dict[str, object]:
    """Everything in full precision, sentences included."""
    return {
        "reference": compared.reference,
        "models": compared.models,
        "comparisons": [_flat(comparison) for comparison in compared.comparisons],
        "overall": [_flat(comparison) for comparison in compared.overall],
        "sentences": sentences(compared),
        "refused": compared.refused,
        "notes": compared.notes,
    }


def sentences(compared: Compared) -> list[str]:
    """One for the primary metric of each task and model, then over all tasks."""
    return [
        _sentence(comparison)
        for comparison in (*compared.comparisons, *compared.overall)
        if comparison.primary
    ]


def _sentence(comparison: Comparison) -> str:
    place = Place(
        f"{comparison.task} · {_metric(comparison)}",
        comparison.documents,
        comparison.clusters,
        units="documents",
    )
    flips = comparison.flips
    discordant = ""
    if flips is not None:
        discordant = f"{flips.fixed} fixed, {flips.broken} broken"
        if comparison.clusters is None:
            relation = "" if flips.p_value < _LEAST_P else "= "
            discordant += f", exact McNemar p {relation}{_p(flips.p_value)}"
    return score_sentence(
        place,
        comparison.model,
        comparison.reference,
        comparison.difference,
        _unit(comparison),
        comparison.higher_is_better,
        discordant,
    )


def _below(compared: Compared) -> list[str]:
    everything = (*compared.comparisons, *compared.overall)
    lines = [f"refused: {why}" for why in compared.refused]
    if everything:
        lines.append(
            "Scores of one evaluation of each model; 95 % intervals over documents (paired "
            "bootstrap), not over training or decoding again, and not corrected for the "
            f"{len(everything)} comparison{'s' * (len(everything) > 1)} here."
        )
    if compared.overall:
        lines.append("All tasks: every document counts the same; it holds for these tasks.")
    if any(comparison.flips for comparison in everything):
        lines.append(
            "fixed: wrong in the reference, right here; broken: the other way round; p: exact "
            "McNemar test, for independent documents."
        )
    if any(comparison.too_few for comparison in everything):
        lines.append("Under some 50 documents or clusters these intervals are too narrow.")
    return [*lines, *dict.fromkeys(compared.notes)]


def _rows(compared: Compared, escape: Callable[[str], str]) -> list[list[str]]:
    rows = []
    for each in (*compared.comparisons, *compared.overall):
        unit, flips = _unit(each), each.flips
        difference = each.difference
        low, high = (unit.number(end) for end in (difference.low, difference.high))
        p_value = flips is not None and each.clusters is None
        rows.append(
            [
                escape(each.task),
                escape(_metric(each)),
                str(each.documents),
                escape(each.model),
                unit.number(each.score),
                unit.number(each.reference_score),
                f"{unit.signed(difference.estimate)} [{low}, {high}]",
                str(flips.fixed) if flips else "",
                str(flips.broken) if flips else "",
                _p(flips.p_value) if flips and p_value else "",
            ]
        )
    return rows


def _table(rows: list[list[str]], form: str) -> str:
    text: str = tabulate(rows, _HEADINGS, tablefmt=form, disable_numparse=True)
    return text


def _metric(comparison: Comparison) -> str:
    if comparison.filter == NO_FILTER:
        return comparison.metric
    return f"{comparison.metric}, {comparison.filter}"


def _unit(comparison: Comparison) -> Unit:
    return POINTS if comparison.share else _RAW


def _p(value: float) -> str:
    return "< 0.0001" if value < _LEAST_P else f"{value:.2g}"


def _flat(comparison: Comparison) -> dict[str, object]:
    flat = asdict(comparison)
    if comparison.flips is not None:
        flat["flips"] = comparison.flips._asdict()
    return flat
