"""Columns of what a cell of an arm cost, as means over seeds."""

from __future__ import annotations

from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column, Shown, Terminal
from bi_bench.report.text import amount


def _all_tokens(row: Row) -> str:
    return amount(row.costs.tokens_trained + row.costs.tokens_generated)


COSTS = (
    Column(
        "tokens_trained",
        lambda row: row.costs.tokens_trained,
        lambda row: amount(row.costs.tokens_trained),
        shown=Shown("tokens trained", "measured", "costs"),
    ),
    Column(
        "tokens_generated",
        lambda row: row.costs.tokens_generated,
        lambda row: amount(row.costs.tokens_generated),
        shown=Shown("tokens generated", "measured", "costs"),
    ),
    Column(
        "tokens",
        None,
        _all_tokens,
        shown=Shown(
            "tokens",
            terminal=Terminal(),
            sentence="tokens: trained plus generated.",
        ),
    ),
    Column(
        "wall_seconds",
        lambda row: row.costs.wall_seconds,
        lambda row: f"{row.costs.wall_seconds / 60:.1f}",
        shown=Shown("minutes", "measured", "costs", terminal=Terminal(heading="min")),
    ),
    Column(
        "rft_seconds",
        lambda row: row.costs.rft_seconds,
        lambda row: f"{row.costs.rft_seconds / 60:.1f}",
        shown=Shown("RFT minutes", "measured", "costs"),
    ),
    Column(
        "rft_steps",
        lambda row: row.costs.rft_steps,
        lambda row: f"{row.costs.rft_steps:g}" if row.costs.rft_steps else "",
        shown=Shown("RFT steps", "measured", "costs", before="rft_seconds"),
    ),
)
