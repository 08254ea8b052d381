"""The overall leaderboard: one section for each published suite, made from their records alone."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.artifacts.files import write_text
from bi_bench.report.content.notes import interval_notes
from bi_bench.report.content.row import Row
from bi_bench.report.content.rows import published_report
from bi_bench.report.data.record import open_record
from bi_bench.report.publishing.publish import published_folders
from bi_bench.report.tables.legend import legend
from bi_bench.report.tables.render import compact_sections
from bi_bench.report.text import markdown

FILE = "README.md"

_HEAD = """\
# Results

One section for each suite, and no comparison between them: they differ in problems, models, budgets or
decoding. Behind every row stands the record of its run: `record.json` in the folder of the suite, from
which `report.md`, `report.csv` and the figures are made ([how](../docs/publishing.md)). This page is made
from the records by `bi-bench publish`; what is written by hand stands in the README of each folder, and a
quotation (`>`) before its first words here too."""


def overall(out: Path) -> str:
    """The text of ``out/README.md``. UserError where a record cannot be read."""
    parts = [_HEAD]
    rows: list[Row] = []
    for folder in published_folders(out):
        report = published_report(open_record(folder))
        rows += report.rows
        name = folder.name
        parts += [f"## {markdown(report.suite)}", caution(folder), markdown(report.description)]
        links = [f"[all tables and figures]({name}/report.md)", f"[record]({name}/record.json)"]
        if (folder / FILE).is_file():
            links.insert(0, f"[what it says and how it was made]({name}/{FILE})")
        parts += [" · ".join(links), *compact_sections(report, "###")]
        parts += [markdown(note) for note in interval_notes(report.rows)]
    if rows:
        parts += ["## What the columns mean", *(markdown(line) for line in legend(rows))]
    return "\n\n".join(part for part in parts if part) + "\n"


def caution(folder: Path) -> str:
    """The quotation that the hand-written README of a folder opens with below its title, or nothing."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    body = [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]
    return "\n".join(takewhile(lambda line: line.startswith(">"), body))


def check_overall(out: Path) -> None:
    """UserError where ``out/README.md`` is a file that was not made here: it is never replaced."""
    try:
        text = (out / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise UserError(f"--out: {out / FILE} cannot be read ({error})") from None
    if text.strip() and not text.startswith(f"{_HEAD.partition(chr(10))[0]}\n"):
        raise UserError(
            f"--out: {out / FILE} was not made by `bi-bench publish`, which would replace it; name "
            "another folder, or move the file away"
        )


def write_overall(out: Path) -> Path:
    """Write ``out/README.md`` from the records below ``out``; returns the file."""
    write_text(out / FILE, overall(out))
    return out / FILE
