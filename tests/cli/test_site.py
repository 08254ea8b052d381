"""What making a site says, and that it goes on where it was interrupted."""

from __future__ import annotations

import io

import pytest

from bi_bench.cli import site


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_a_quick_site_says_nothing(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    tell = site.progress_line()
    tell(1, 2)
    tell(2, 2)
    assert stream.getvalue() == ""


def test_a_slow_site_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "_PATIENCE", 0.0)
    for stream, expected in (
        (io.StringIO(), "writing the site: 1 of 2 evaluations\n"),
        (
            Terminal(),
            "\rwriting the site: 1 of 2 evaluations\rwriting the site: 2 of 2 evaluations\n",
        ),
    ):
        monkeypatch.setattr("sys.stderr", stream)
        tell = site.progress_line()
        tell(1, 2)
        tell(2, 2)
        assert stream.getvalue() == expected
