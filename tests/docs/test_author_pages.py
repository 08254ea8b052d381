"""The pages for authors: the index names each of them, and the tests that they show pass."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from bi_bench.plugins import KINDS
from bi_bench.testing import TableOf
from bi_bench.testing.rules import singular

AUTHORS = Path(__file__).parents[2] / "docs" / "authors"
INDEX = (AUTHORS / "README.md").read_text()


def test_the_index_has_every_kind_and_every_page() -> None:
    rows = re.findall(r"^\| .* \| ([\w ]+) \| \[", INDEX, re.MULTILINE)
    assert set(rows) == {singular(kind) for kind in KINDS}
    pages = {page.name for page in AUTHORS.glob("*.md")} - {"README.md"}
    assert pages <= set(re.findall(r"\]\(([\w.]+\.md)", INDEX))


def test_the_test_of_the_analysis_passes(
    table_of: TableOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (AUTHORS / "analysis.md").read_text()
    blocks = re.findall(r"^```py(?:thon)?\n(# (\w+\.py)\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for text, name in blocks:
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    tests = runpy.run_path(str(tmp_path / "test_answer_lengths.py"))
    tests["test_no_answer_of_the_cell_was_cut_off"](table_of)
