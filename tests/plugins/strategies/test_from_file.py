from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bi_bench.api import DraftContext, Example, UserError
from bi_bench_plugins.strategies.from_file import FromFile, FromFileParameters

ROWS = [
    {"prompt": "1 + 1 =", "completion": " 2"},
    {"prompt": "2 + 2 =", "completion": "4\u00e9", "id": "mine"},
]

CONTEXT = DraftContext(random.Random(0))


def strategy(file: Path, **params: Any) -> FromFile:
    return FromFile(FromFileParameters.model_validate({"path": str(file), **params}))


def jsonl(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(params=["jsonl", "parquet"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"demos.{request.param}"
    if request.param == "jsonl":
        return jsonl(path, *map(json.dumps, ROWS))
    pq.write_table(pa.table({"prompt": [r["prompt"] for r in ROWS],
                             "completion": [r["completion"] for r in ROWS]}), path)  # fmt: skip
    return path


def test_every_row_is_a_demonstration_as_it_stands(file: Path) -> None:
    second = "mine" if file.suffix == ".jsonl" else "2"
    assert strategy(file).examples([], CONTEXT) == [
        Example("1", "1 + 1 =", " 2"),
        Example(second, "2 + 2 =", "4\u00e9"),
    ]


def test_the_digest_is_a_parameter_and_the_path_is_not_dumped(file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert strategy(file).params.model_dump() == {"sha256": digest}
    assert strategy(file, sha256=digest).params == strategy(file).params
    with pytest.raises(UserError, match=rf"{file.name}: its SHA-256 is {digest}, not abc"):
        strategy(file, sha256="abc")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a", "b"]', "not an object"),
        ("null", "not an object"),
        ('{"prompt": "a"}', '"completion" is missing'),
        ('{"completion": "a"}', '"prompt" is missing'),
        ('{"messages": []}', '"prompt" is missing'),
        ('{"prompt": "a", "completion": 1}', '"completion" must be a text .*given: 1'),
        ('{"prompt": " ", "completion": "b"}', '"prompt" must be a text'),
        ('{"prompt": "a", "completion": "b", "id": 3}', '"id" must be a text'),
        ('{"prompt": "a", "completion": "b", "weight": 2}', 'unknown column "weight"'),
        ('{"prompt": "a", "completion": "\\ud800"}', "surrogate"),
        ('{"prompt": "a", "completion": "b", "id": "mine"}', 'the id "mine" comes twice'),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, line: str, wrong: str) -> None:
    file = jsonl(tmp_path / "demos.jsonl", *map(json.dumps, ROWS), line, json.dumps(ROWS[0]))
    with pytest.raises(UserError, match=rf"^{file}:3: .*{wrong}.*$"):
        strategy(file).examples([], CONTEXT)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    file = tmp_path / "demos.jsonl"
    file.write_bytes(b'{"prompt": "a", "completion": "b"}\n{"prompt": "\xff", "completion": "b"}\n')
    with pytest.raises(UserError, match=r"demos.jsonl:2: not UTF-8"):
        strategy(file).examples([], CONTEXT)


def test_all_bad_lines_are_named_up_to_a_limit(tmp_path: Path) -> None:
    file = jsonl(tmp_path / "demos.jsonl", *["{}"] * 30)
    with pytest.raises(UserError) as error:
        strategy(file).examples([], CONTEXT)
    lines = str(error.value).splitlines()
    assert len(lines) == 21
    assert lines[19].startswith(f"{file}:20: ")
    assert lines[20] == "and 10 more"


def test_a_bad_parquet_row_is_named(tmp_path: Path) -> None:
    file = tmp_path / "demos.parquet"
    pq.write_table(pa.table({"prompt": ["a", None], "completion": ["b", "c"]}), file)
    with pytest.raises(UserError, match=r'demos.parquet: row 2: "prompt" must be a text'):
        strategy(file).examples([], CONTEXT)


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("demos.csv", b"a,b", 'must end in ".jsonl" or ".parquet"'),
        ("demos.parquet", b"a,b", "not a Parquet file"),
        ("demos.jsonl", b"", "no demonstrations"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, name: str, content: bytes, wrong: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=wrong):
        strategy(tmp_path / name).examples([], CONTEXT)


def test_a_file_that_is_not_there_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"demos.jsonl: cannot be read: No such file"):
        strategy(tmp_path / "demos.jsonl")
    with pytest.raises(UserError, match="cannot be read"):
        strategy(tmp_path)
