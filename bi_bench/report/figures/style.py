"""The style of all figures: colours, names of arms, panels, the legend, saving."""

from __future__ import annotations

import secrets
import textwrap
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.report.data.cells import Arm, Setting
from bi_bench.report.text import plain, shorten

# Okabe and Ito's colours, told apart with any colour vision; yellow is too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
LINES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "////", "....", "xxxx")

WIDTH, DPI = 15.0, 100
NAME_WIDTH = 18
_LEGEND_WIDTH = 190  # characters
_STRATEGY_WIDTH = 30
_TITLE_WIDTH = 44
_ONE_PANEL = 9.0
# Labels come from users: a dollar sign must not start a formula.
RC: Any = {"text.parse_math": False, "font.size": 10, "hatch.linewidth": 0.6}


class Drawn(NamedTuple):
    """A figure, and in words what it shows."""

    figure: Any
    caption: str


class Style(NamedTuple):
    """The look of a strategy, the same in all panels."""

    colour: str
    marker: str
    line: str
    hatch: str

    @property
    def of_line(self) -> dict[str, str]:
        """The style as matplotlib's arguments for a line."""
        return {"color": self.colour, "linestyle": self.line, "marker": self.marker}


def settings_of(arms: Iterable[Arm]) -> list[Setting]:
    """The settings of these arms, each once."""
    return list(dict.fromkeys(arm.setting for arm in arms))


def strategy_styles(strategies: Iterable[str]) -> dict[str, Style]:
    """Colour and marker by strategy; from the eighth on, other lines and hatches too."""
    styles = {}
    for number, strategy in enumerate(dict.fromkeys(strategies)):
        turn, place = divmod(number, len(COLOURS))
        # The shift gives an eighth strategy the first colour with another marker.
        marker = MARKERS[(number + turn) % len(MARKERS)]
        line, hatch = LINES[turn % len(LINES)], HATCHES[turn % len(HATCHES)]
        styles[strategy] = Style(COLOURS[place], marker, line, hatch)
    return styles


def setting_namer(settings: Sequence[Setting]) -> Callable[[Setting], str]:
    """Names a setting by what differs within the suite; empty where there is only one."""
    shown = [n for n in range(len(Setting._fields)) if len({s[n] for s in settings}) > 1]
    return lambda setting: " · ".join(shorten(plain(setting[n]), 32) for n in shown)


def arm_name(strategy: str) -> str:
    """A strategy as legends and axes show it."""
    return shorten(plain(strategy), _STRATEGY_WIDTH)


def panels(count: int, columns: int, height: float, *, legend: int = 0, **share: Any) -> Any:
    """A figure and its ``count`` panels, in rows of ``columns``, each ``height`` inches high.

    ``legend`` is the number of entries it will have.
    """
    from matplotlib.figure import Figure

    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    width = min(WIDTH, _ONE_PANEL + 3 * (columns - 1))
    size = (width, rows * height + 0.4 + 0.25 * -(-legend // 4))
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, **share).ravel()
    for unused in grid[count:]:
        unused.remove()
    for axes in grid[:count]:
        tidy(axes)
    return figure, list(grid[:count])


def tidy(axes: Any) -> None:
    """No box around the panel, a faint grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)


def entitle(axes: Any, *parts: str) -> None:
    """The title of a panel, of those parts that are not empty."""
    title = " · ".join(filter(None, map(plain, parts)))
    axes.set_title(textwrap.fill(title, _TITLE_WIDTH, break_long_words=True), fontsize=11)


def strategy_legend(figure: Any, handles: Sequence[Any]) -> None:
    """One legend below all panels, in as many columns as fit."""
    if not handles:
        return
    longest = max(len(handle.get_label()) for handle in handles) + 8
    across = int(_LEGEND_WIDTH * figure.get_figwidth() / WIDTH)
    columns = max(1, min(len(handles), across // longest))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)


def seeds_text(counts: Iterable[int]) -> str:
    """ "means over 5 seeds", "one seed", or "means over 1 to 5 seeds" where arms have different ones."""
    found = sorted(set(counts))
    if found == [1]:
        return "one seed"
    return f"means over {' to '.join(map(str, dict.fromkeys((found[0], found[-1]))))} seeds"


def save(figure: Any, file: Path) -> None:
    """Write the PNG: the old file or the new one, never half of it."""
    import matplotlib

    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with warnings.catch_warnings(), matplotlib.rc_context(RC):
            # A label may hold characters that the font lacks; boxes then stand for them.
            warnings.filterwarnings("ignore", message="Glyph")
            figure.savefig(fresh, format="png", metadata={"Software": None})
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
