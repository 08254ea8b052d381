"""Writes the site of a run: one page, and files of data that it loads when they are wanted."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from bi_bench.api import Benchmark, UserError
from bi_bench.artifacts import role as roles
from bi_bench.artifacts.files import read_json, write_text
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.report.content.curves import read_curves
from bi_bench.report.content.readiness import read_points
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.content.rows import build_report
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results
from bi_bench.report.site.answers import NO_ANSWERS, answers_name, remove_others, write_answers
from bi_bench.report.site.charts import cost_chart
from bi_bench.report.site.columns import used_columns
from bi_bench.report.site.detail import row_data, row_detail
from bi_bench.report.site.escape import literal, script
from bi_bench.report.site.page import render_page
from bi_bench.report.site.readiness import readiness_data
from bi_bench.report.text import plain
from bi_bench.report.write import fingerprint

SITE_INDEX = "site.json"
SITE_SCHEMA = 1

# Makes the benchmark of an evaluation from the record of its stage; None where it cannot.
Rebuild = Callable[[StageRecord], Benchmark | None]


def write_site(
    results: Results,
    folder: Path,
    rebuild: Rebuild,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Write the site of a run into a folder that holds nothing else and return its page, index.html.

    ``rebuild`` makes the benchmark whose parser marks the steps of answers; ``tell`` hears how many
    evaluations of how many are written. What was interrupted goes on where it was. UserError where the
    folder holds something else: files in it are replaced and removed.
    """
    _claim(folder)
    # Taken first: a stage that appears meanwhile makes this site old.
    mark = fingerprint(results)
    report = build_report(results)
    data = folder / "data"
    cells = results.cells
    curves = {each.arm: each for each in read_curves(results)}
    columns, _ = used_columns(report.rows)
    ids = row_ids(report.rows)
    answers: set[str] = set()
    total = sum(len(row.seeds) for row in report.rows)
    done = 0
    for row, name in zip(report.rows, ids, strict=True):
        own = [cell for cell in cells if cell.arm == row.arm and cell.seed in row.seeds]
        content = row_detail(row, columns, report.rows, plain(report.reference))
        content |= row_data(row, own, curves.get(row.arm), report.analyses, results)
        content["answers"] = []
        for cell in own:
            content["answers"].append(_answers(row, cell, results, data, rebuild))
            done += 1
            tell(done, total)
        answers |= {each["name"] for each in content["answers"] if "name" in each}
        _put(data, f"rows/{name}", content)
    _put(data, "costs", _costs(report, ids, cells))
    points = read_points(results, report.analyses)
    places = {(row.arm, row.split): name for row, name in zip(report.rows, ids, strict=True)}
    _put(data, "readiness", readiness_data(points, places))
    kept = {f"{name}.js" for name in ids}
    for file in (data / "rows").glob("*.js"):
        if file.name not in kept:
            file.unlink()
    _copy_assets(folder / "assets")
    write_text(folder / "index.html", render_page(report, ids, mark))
    write_text(folder / SITE_INDEX, json.dumps({"schema": SITE_SCHEMA, "fingerprint": mark}) + "\n")
    remove_others(data, answers)
    return folder / "index.html"


def row_ids(rows: Sequence[Row]) -> list[str]:
    """A name for each row that the same arm keeps from one report to the next."""
    names = []
    for row in rows:
        labels = [row.strategy, row.algorithm, row.model, row.benchmark, row.split]
        readable = re.sub(r"[^a-z0-9]+", "-", row.strategy.lower()).strip("-")[:30]
        digest = hashlib.sha256(json.dumps(labels).encode()).hexdigest()[:8]
        names.append("-".join(filter(None, (readable, digest))))
    return names


def _claim(folder: Path) -> None:
    """UserError if the folder holds anything that no site left there."""
    if folder.is_file():
        raise UserError(f"{folder} is a file; name a folder for the site")
    if folder.is_dir() and any(folder.iterdir()) and read_json(folder / SITE_INDEX) is None:
        raise UserError(f"{folder} holds other files; name a new or an empty folder for the site")
    # From the first file on this is a site, even if writing it is interrupted.
    if read_json(folder / SITE_INDEX) is None:
        write_text(folder / SITE_INDEX, json.dumps({"schema": SITE_SCHEMA}) + "\n")


def _answers(
    row: Row, cell: Cell, results: Results, data: Path, rebuild: Rebuild
) -> dict[str, Any]:
    """The place of the answers of a seed, or the reason why there are none."""
    keys = [cell.keys.get(role(row.split), "") for role in (roles.pre, roles.post, roles.problems)]
    benchmark = rebuild(results.stage(keys[1]))
    name = answers_name(keys[0], keys[1], benchmark is not None)
    pre, post, problems = map(results.folder, keys)
    there = all(keys) and write_answers(data, name, pre, post, problems, benchmark)
    return {"seed": cell.seed, **({"name": name} if there else {"reason": NO_ANSWERS})}


def _costs(report: Report, ids: Sequence[str], cells: Sequence[Cell]) -> dict[str, Any]:
    """A chart of gain against cost for each evaluation, and which row belongs to which."""
    charts: list[dict[str, Any]] = []
    groups: dict[str, list[tuple[Row, str]]] = {}
    for row, name in zip(report.rows, ids, strict=True):
        groups.setdefault(row.evaluation, []).append((row, name))
    axes = [
        axis
        for axis in ("strategy", "algorithm", "model")
        if axis == "strategy" or len({getattr(row, axis) for row in report.rows}) > 1
    ]
    # An arm looks the same in all charts, whatever the order of its row.
    arms = list(dict.fromkeys(tuple(getattr(cell.arm, axis) for axis in axes) for cell in cells))
    for members in groups.values():
        marks = []
        for row, name in members:
            arm = tuple(getattr(row, axis) for axis in axes)
            marks.append({"name": plain(" · ".join(arm)), "row": name, "look": arms.index(arm)})
        if chart := cost_chart([row for row, _ in members], marks):
            charts.append({**chart, "rows": [name for _, name in members]})
    return {"charts": charts}


def _put(data: Path, name: str, content: Any) -> None:
    file = data / f"{name}.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(script(name, literal(content)), encoding="ascii")


def _copy_assets(folder: Path) -> None:
    from plotly.offline import get_plotlyjs

    folder.mkdir(parents=True, exist_ok=True)
    for asset in (resources.files(__package__) / "assets").iterdir():
        (folder / asset.name).write_bytes(asset.read_bytes())
    (folder / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
