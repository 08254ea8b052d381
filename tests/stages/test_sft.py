"""The SFT stage: how long an arm trains that is matched to the reference arm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.demonstrations import Demonstration, write_demonstrations
from bi_bench.stages import sft
from bi_bench.stages.context import StageContext
from bi_bench.suite.schema import SFT
from bi_bench_plugins.models.tiny import Tiny
from tests.conftest import present

SETTINGS = SFT(epochs=2.0, batch_size=4, micro_batch_size=4, learning_rate=1e-4)
NUMERICS = {"device": "cpu", "dtype": "float32", "threads": 1}


def updates(tmp_path: Path, arm: int, words: int, match: str | None) -> tuple[int, int]:
    """Updates and learnt tokens of ``arm`` demonstrations against a reference with eight short ones."""
    folders = {"base": Path(str(Tiny().source().folder))}
    for role, n, length in (("augment", arm, words), ("reference", 8, 2)):
        folders[role] = tmp_path / role
        folders[role].mkdir()
        completion = " ".join(["a"] * length)
        rows = [
            Demonstration(f"{role}#{index}", role, "? a <think>", completion) for index in range(n)
        ]
        write_demonstrations(folders[role], rows)
    identity: dict[str, Any] = {
        "numerics": NUMERICS,
        "settings": SETTINGS.model_dump(mode="json"),
        "seed": 1,
    }
    if match is None:
        del folders["reference"]
    else:
        identity["match"] = match
    folder = tmp_path / "sft"
    folder.mkdir()
    described = {"identity": identity, "plugin_files": []}
    costs = sft.run(StageContext.make(described, folders, folder, lambda **_: None))
    lines = (folder / "history.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    return max(steps), int(present(costs.tokens_trained))


@pytest.mark.parametrize(
    ("match", "expected"),
    # 32 demonstrations of five words and an end; the reference has eight of two words and an end.
    [(None, 16), ("updates", 4), ("tokens", 2)],
)
def test_an_arm_trains_as_long_as_it_is_matched(
    tmp_path: Path, match: str | None, expected: int
) -> None:
    steps, tokens = updates(tmp_path, arm=32, words=5, match=match)
    assert steps == expected
    assert tokens == expected * 4 * 6


def test_demonstrations_that_do_not_fit_are_an_error_when_matched_too(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="max_length"):
        updates(tmp_path, arm=8, words=3000, match="tokens")
