from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.api.text import JsonLine, is_text, json_lines, read_json, read_text

TEXT = 'name = "käse 😀"\nseed = 1\n'
ENCODINGS = {
    "plain": TEXT.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16-le": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16-be": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CRLF in utf-16": codecs.BOM_UTF16_LE + TEXT.replace("\n", "\r\n").encode("utf-16-le"),
    "CR": TEXT.replace("\n", "\r").encode(),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.txt"


@pytest.mark.parametrize("data", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_text_is_the_same_however_it_was_saved(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    assert read_text(file) == TEXT


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "a\nkäse".encode("latin-1"),
            "mine.txt:2: not UTF-8: byte 0xe4 .*; save the file as UTF-8",
        ),
        (codecs.BOM_UTF8 + b"a\nb\n\xff", "mine.txt:3: not UTF-8: byte 0xff"),
        (codecs.BOM_UTF16_LE + b"a\0\n\0b", "mine.txt:2: not UTF-16-LE: byte 0x62"),
        ("a\nb".encode("utf-16-le"), "mine.txt:1: a NUL character: .*; save the file as UTF-8"),
        (b"\xed\xa0\xbd", "mine.txt:1: not UTF-8: byte 0xed"),
    ],
)
def test_undecodable_bytes_are_refused_with_line_and_byte(
    file: Path, data: bytes, message: str
) -> None:
    file.write_bytes(data)
    with pytest.raises(UserError, match=message):
        read_text(file)


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        for read in (read_text, read_json, lambda path: list(json_lines(path))):
            with pytest.raises(UserError, match=f"{path}: cannot be read"):
                read(path)


ROWS = [{"a": "käse\u2028"}, {"a": 2}]
LINES = [json.dumps(row, ensure_ascii=False) for row in ROWS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_json_are_the_same_however_they_were_saved(
    file: Path, encoding: str, newline: str
) -> None:
    file.write_bytes((newline.join(LINES) + newline * 2).encode(encoding))
    assert list(json_lines(file)) == [JsonLine(1, ROWS[0]), JsonLine(2, ROWS[1])]


def test_byte_order_marks_inside_joined_files_are_accepted(file: Path) -> None:
    file.write_bytes(b"".join(codecs.BOM_UTF8 + line.encode() + b"\n" for line in LINES))
    assert [line.value for line in json_lines(file)] == ROWS


def test_a_bad_line_carries_its_fault_and_the_others_are_read(file: Path) -> None:
    lines = [LINES[1].encode(), b"{", b"", b'{"a": "k\xe4se"}', b"[" * 100_000, LINES[1].encode()]
    file.write_bytes(b"\n".join(lines))
    read = list(json_lines(file))
    assert [line.number for line in read] == [1, 2, 4, 5, 6]
    assert [line.value for line in read] == [ROWS[1], None, None, None, ROWS[1]]
    faults = [line.fault for line in read]
    assert faults[0] == faults[4] == ""
    assert faults[1].startswith("not JSON (Expecting")
    assert faults[2].startswith("not UTF-8: byte 0xe4")
    assert faults[3].startswith("not JSON (")


@pytest.mark.parametrize("text", ['{\n"a": }', "", "[" * 100_000])
def test_invalid_json_is_refused_with_its_line(file: Path, text: str) -> None:
    file.write_text(text)
    line = f":{text.count(chr(10)) + 1}" if len(text) < 100 else ""
    with pytest.raises(UserError, match=rf"mine.txt{line}: not JSON"):
        read_json(file)


def test_a_lone_surrogate_is_refused() -> None:
    assert is_text("käse 😀")
    assert not is_text(json.loads('"\\ud83d"'))
