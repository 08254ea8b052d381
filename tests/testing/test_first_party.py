"""Every first-party plugin, and every plugin of the documentation, keeps the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bi_bench.api.identity import Json
from bi_bench.plugins import OWN_DISTRIBUTION, discover
from bi_bench.testing import embedded_checkpoint
from bi_bench.testing.check import Checked, check
from bi_bench.testing.observe import Target

ROOT = Path(__file__).parents[2]
OWN = [(e.kind, e.cls.name) for e in discover().found if e.origin.name == OWN_DISTRIBUTION]
# Tested where their packages are: the first loads lm-eval, the other one may not be installed.
ELSEWHERE = {"lm-eval", "reasoning-gym"}
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def told(number: int, hard: bool) -> str:
    """A line with a problem in the columns of GSM8K and of MATH."""
    more = f"\nWith 3 more it has {number + 3}+3=<<{number + 3}+3={number + 6}>>{number + 6}."
    row = {
        "question": f"Hall {number} has {'3 chairs and ' * hard}3 chairs more than {number}. How many?",
        "answer": f"It has {number}+3=<<{number}+3={number + 3}>>{number + 3}.{more * hard}\n"
        f"#### {number + 3 + 3 * hard}",
        "problem": f"What is ${number} \\div 7$?",
        "solution": f"It is \\boxed{{\\frac{{{number}}}{{7}}}} by definition.",
        "level": "Level 5" if hard else "Level 2",
        "type": "Arithmetic",
    }
    return json.dumps(row) + "\n"


def parameters(folder: Path) -> dict[str, Mapping[str, Json]]:
    """Values of the parameters that have no default, by kind and name."""
    (folder / "told.jsonl").write_text('{"prompt": "1 + 1 =", "completion": "2"}\n')
    (folder / "train.jsonl").write_text("".join(told(i, False) for i in range(1, 201)))
    (folder / "test.jsonl").write_text("".join(told(i, i % 2 == 0) for i in range(300, 320)))
    return {
        "strategies/from-file": {"path": str(folder / "told.jsonl")},
        "models/hub": {"path": str(embedded_checkpoint())},
        "algorithms/command": {"argv": ["true", "{checkpoint}", "{output}"]},
        "benchmarks/gsm8k": {"path": str(folder), "ood_steps": 2},
        "benchmarks/math": {"path": str(folder)},
    }


def examples(folder: Path) -> list[Path]:
    """The plugins of the documentation as files: its examples, and the blocks of its pages."""
    files = sorted((ROOT / "docs" / "examples").glob("*.py"))
    shown = {file.read_text() for file in files}
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for number, text in enumerate(BLOCK.findall(page.read_text())):
            file = folder / f"{page.stem}_{number}.py".replace("-", "_")
            if text not in shown:
                file.write_text(text)
                files.append(file)
    return files


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[Checked]:
    """What the rules say of all of them: they share one pair of processes."""
    folder = tmp_path_factory.mktemp("plugins")
    given = parameters(folder)
    targets = [
        Target("", kind, name, given.get(f"{kind}/{name}", {}))
        for kind, name in OWN
        if name not in ELSEWHERE
    ]
    targets += [Target(str(file)) for file in examples(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "checkpoints").mkdir()
        (folder / "checkpoints" / "mine").symlink_to(embedded_checkpoint())
        return list(check(targets))


def faults(found: Checked) -> list[str]:
    return [f"{f.rule}: {x.place}: {x.wrong} -> {x.mend}" for f in found.findings for x in f.faults]


@pytest.mark.parametrize(("kind", "name"), OWN)
def test_a_first_party_plugin_keeps_the_contract(
    checked: list[Checked], kind: str, name: str
) -> None:
    if name in ELSEWHERE:
        pytest.skip("tested where its package is")
    (found,) = (each for each in checked[: len(OWN)] if (each.kind, each.name) == (kind, name))
    assert faults(found) == []


def test_the_plugins_of_the_documentation_keep_the_contract(checked: list[Checked]) -> None:
    of_pages = checked[len([name for _, name in OWN if name not in ELSEWHERE]) :]
    assert {"restate-all", "answer-lengths"} <= {each.name for each in of_pages}
    assert [fault for found in of_pages for fault in faults(found)] == []
