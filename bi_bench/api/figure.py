"""Declarations of how reports draw the table of an analysis, readable without the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# What reports draw of their own, in this order; the rest is named like its analysis.
FIGURES = ("accuracy", "rewards", "rollouts", "lengths", "tokens", "sweep")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars for each arm, in groups by the column ``groups``, a panel for each of ``values``.

    ``values`` maps columns of numbers to what stands at the axis, with the unit. ``spread`` maps
    some of them to the column with a list of the single values (None for one that is missing), of
    which the middle half is drawn. ``caption``: a sentence about what is shown.
    """

    values: Mapping[str, str]
    groups: str
    spread: Mapping[str, str] = field(default_factory=dict)
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A line for each arm over the column ``x``, a panel for each of ``values``.

    ``x`` holds numbers, or texts, which stand in the order of the rows; ``axis`` is what stands
    below it. ``panels``: a column whose values divide each panel again. ``values`` and ``caption``
    as for ``Bars``.
    """

    values: Mapping[str, str]
    x: str
    axis: str = ""
    panels: str = ""
    caption: str = ""


Drawing = Bars | Lines

_KINDS: Mapping[str, type[Drawing]] = {"bars": Bars, "lines": Lines}


def drawing_to_json(drawing: Drawing) -> dict[str, Any]:
    """The declaration as a JSON object, for the run record."""
    (kind,) = (name for name, cls in _KINDS.items() if isinstance(drawing, cls))
    return {"kind": kind, **asdict(drawing)}


def drawing_from_json(data: Mapping[str, Any]) -> Drawing:
    """The declaration in a run record; ValueError for one that this version does not know."""
    fields = {name: value for name, value in data.items() if name != "kind"}
    try:
        return _KINDS[data["kind"]](**fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a drawing: {error}") from None
