from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.cli.load import load_pinned
from bi_bench.store.revisions import read_revisions

COMMIT = "0123456789abcdef" * 2 + "01234567"
SUITE = """
name = "open"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded" }]
models = [{ name = "hub", id = "org/model" }]
seeds = [0]
strategies = ["vanilla"]
algorithms = ["grpo"]
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hub answers, and what it was asked is listed."""
    names: list[str] = []

    def answer(hub_id: str) -> str:
        names.append(hub_id)
        return COMMIT

    monkeypatch.setattr("bi_bench.suite.revisions.newest_commit", answer)
    return names


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "suite.toml").write_text(SUITE)
    return tmp_path / "suite.toml"


def test_the_hub_is_asked_once(suite: Path, tmp_path: Path, asked: list[str]) -> None:
    store = tmp_path / "store"
    for _ in range(2):
        loaded = load_pinned(suite, [], store, ask=True)
        (model,) = loaded.axes.models
        assert model.plugin.source().revision == COMMIT
    assert asked == ["org/model"]
    assert [path.name for path in store.iterdir()] == ["revisions.json"]


def test_revisions_of_before_digests_are_read(suite: Path, tmp_path: Path) -> None:
    (tmp_path / "revisions.json").write_text(json.dumps({"org/model": COMMIT}))
    assert read_revisions(tmp_path) == {"org/model": COMMIT}


def test_no_flipped_bit_in_the_revisions_goes_unseen(
    suite: Path, tmp_path: Path, asked: list[str]
) -> None:
    load_pinned(suite, [], tmp_path, ask=True)
    file = tmp_path / "revisions.json"
    whole = file.read_bytes()
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        file.write_bytes(data)
        with suppress(UserError):  # else
            assert read_revisions(tmp_path) == {"org/model": COMMIT}
    for text in ("", "{", "[]", '{"org/model": 3}'):
        file.write_text(text)
        with pytest.raises(UserError, match=r"revisions\.json"):
            load_pinned(suite, [], tmp_path)
