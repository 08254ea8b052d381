"""The figures of a report: the overview, and one file of code for each kind of figure."""

from __future__ import annotations

from bi_bench.report.figures.draw import FOLDER, OWN, Picture, draw_all
from bi_bench.report.figures.overview import draw_curves

__all__ = ["FOLDER", "OWN", "Picture", "draw_all", "draw_curves"]
