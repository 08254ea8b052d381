"""The tables as LaTeX with booktabs, to be taken into a paper with ``\\input``."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.content.notes import interval_notes
from bi_bench.report.content.report import Report
from bi_bench.report.tables.grid import compact_grids
from bi_bench.report.tables.legend import legend
from bi_bench.report.text import plain

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "[": "{[}",  # after \\ a bracket would be its argument
    "]": "{]}",
    "-": "{-}",  # two of them would be a dash
    "→": r"$\rightarrow$",
    "…": r"\ldots{}",
    "·": r"$\cdot$",
    "\u2212": r"$-$",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}


def latex(text: str) -> str:
    """One line in which LaTeX finds no command; characters beyond ASCII stay as they are."""
    return "".join(_SPECIAL.get(char, char) for char in plain(text))


def to_latex(report: Report) -> str:
    """A table for each evaluation: the columns of the terminal, with what they mean as a caption."""
    below = " ".join([*interval_notes(report.rows), *legend(report.rows)])
    lines = [
        f"% {plain(report.suite)}",
        r"% needs \usepackage{booktabs,graphicx,textcomp} and \usepackage[T1]{fontenc}",
        "% A label in another script than the Latin one needs XeLaTeX or LuaLaTeX.",
    ]
    for evaluation, (headings, cells) in compact_grids(report):
        title = "; ".join(map(latex, (evaluation.title, *evaluation.facts)))
        caption = f"{latex(report.suite)}: {title}. {latex(below)}"
        lines += [
            r"\begin{table}",
            r"\centering",
            f"\\caption{{{caption}}}",
            r"\resizebox{\linewidth}{!}{%",
            f"\\begin{{tabular}}{{l{'r' * (len(headings) - 1)}}}",
            r"\toprule",
            _line(headings),
            r"\midrule",
            *map(_line, cells),
            r"\bottomrule",
            r"\end{tabular}}",
            r"\end{table}",
            "",
        ]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return " & ".join(map(latex, cells)) + r" \\"
