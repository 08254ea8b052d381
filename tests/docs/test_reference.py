"""The pages that are written from the code: they say what the code says, and name all of it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from bi_bench import api
from bi_bench.artifacts.artifact import Artifact
from bi_bench.artifacts.stage_files import RESULTS
from tests.docs.api_reference import fields
from tests.docs.renew import AUTHORS, WRITTEN
from tests.docs.table_reference import LINES, OBJECTS, TABLES, columns_of


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_the_page_is_what_the_code_says(file: Path) -> None:
    assert file.read_text() == WRITTEN[file](), "run: python tests/docs/renew.py"


def test_every_name_of_the_api_and_every_field_is_listed() -> None:
    page = (AUTHORS / "api.md").read_text()
    for name in api.__all__:
        item: Any = getattr(api, name)
        head = f"### {name}" if inspect.isclass(item) else f"`{name}"
        assert head in page or name == "hookimpl", f"{name} is not listed"
        for field in fields(item) if inspect.isclass(item) else ():
            assert f"| `{field.name}` |" in page, f"{name}.{field.name} is not listed"


def test_every_file_of_a_stage_is_listed() -> None:
    listed = {each[1] for each in (*TABLES, *OBJECTS, *LINES)}
    assert listed >= set(RESULTS)
    records = {record for _, _, record in OBJECTS}
    assert records >= {
        each for each in Artifact.__subclasses__() if each.__module__.startswith("bi_")
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_a_row_is_typed_by_its_columns(table: Any) -> None:
    written = [name for name, _ in columns_of(table.file, table.write)]
    assert written == list(table.row._fields)
