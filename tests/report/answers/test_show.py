from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from bi_bench.report.answers.show import visible
from bi_bench.report.answers.steps import MarkedStep


def printed(text: str, marks: Sequence[MarkedStep] = (), colour: bool = False) -> str:
    screen = io.StringIO()
    console = Console(
        file=screen, width=100_000, markup=False, highlight=False, force_terminal=colour
    )
    console.print(visible(text, marks))
    return screen.getvalue().rstrip("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\rb\x08", "a\\rb\\x08"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\ud800", "\\ud800"),
        ("\x9b31m", "\\x9b31m"),
        ("[red]bold[/red] :smile:", "[red]bold[/red] :smile:"),
        ("line\u2028break\u200b", "line\\u2028break\\u200b"),
        ("两 élan\u00a0x", "两 élan x"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_a_model_wrote_is_shown_as_text(text: str, shown: str) -> None:
    found = printed(text)
    assert found == shown
    found.encode("utf-8")


def test_ten_megabytes_are_cut_with_the_length_told() -> None:
    found = printed("a" * 10_000_000)
    assert found.startswith("a" * 2000 + " … (10000000 characters, the first 2000 shown)")


def test_steps_keep_their_places_where_characters_are_spelled_out() -> None:
    text = "\x1b\x1b x 4 ; y 5"
    marks = [
        MarkedStep(3, 6, "restate", "x", ""),
        MarkedStep(9, 12, "compute", "y", "its value is 6"),
    ]
    shown = visible(text, marks)
    assert shown.plain == "\\x1b\\x1b x 4 ; y 5"
    spans = {shown.plain[span.start : span.end]: str(span.style) for span in shown.spans}
    assert spans["x 4"] == "green"
    assert "underline" in spans["y 5"]
    assert "\x1b" not in printed(text, marks)
    assert "\x1b[" in printed("x 4", [MarkedStep(0, 3, "restate", "x", "")], colour=True)
