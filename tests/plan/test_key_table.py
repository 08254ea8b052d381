"""Each change that must change a key, of which kinds of stages, and each that must not."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from pathlib import Path

import pytest

from bi_bench.plan import plan_suite
from bi_bench.suite import load_suite
from tests.plan import golden

SUITE = """
name = "table"
plugins = ["mine.py"]
analyses = [{ name = "mine-of-rollouts", label = "rollouts" }, "influence"]
[matrix]
benchmarks = [{ name = "gsm8k", path = "data" }]
models = [{ name = "hub", path = "model" }]
strategies = ["mine"]
seeds = [0]
[[matrix.algorithms]]
name = "command"
argv = ["{python}", "train.py", "--config=set.toml", "{checkpoint}", "{output}"]
files = { more = "more.txt" }
[defaults.numerics]
device = "cpu"
dtype = "float32"
"""
FILES = {
    "suite.toml": SUITE,
    "mine.py": """
import importlib
from bi_bench.api import Analysis, Draft, Strategy, hookimpl
import near

class Mine(Strategy):
    "Mine."
    name = "mine"
    data_files = ("words.txt", "tables")
    def drafts(self, problem, plan, context):
        import late.part
        return [Draft(plan=plan)]

class Rollouts(Analysis):
    "Of rollouts."
    name = "mine-of-rollouts"
    needs = ("probe",)
    libraries = ("numpy",)
    def measure(self, context):
        return []

@hookimpl
def bi_bench_strategies():
    return [Mine]

@hookimpl
def bi_bench_analyses():
    return [Rollouts]
""",
    "near.py": "import farther  # 1",
    "farther.py": "NUMBER = 1",
    "late/__init__.py": "",
    "late/part.py": "",
    "late/table.json": "{}",
    "unrelated.py": "",
    "words.txt": "one",
    "tables/one.csv": "1",
    "train.py": "print()",
    "set.toml": "",
    "more.txt": "",
    "data/train.jsonl": "{}",
    "data/test.jsonl": "{}",
    "model/config.json": "{}\n",
    "model/model.safetensors": golden.NO_WEIGHTS,
    "model/chat_template.jinja": "{{ messages }}",
    "model/tokenizer.model": "pieces",
    "model/vocab.txt": "words",
    "model/README.md": "about",
}
# Roles of stages whose keys change together, each with what depends on it.
RFT = {"rft", "post", "influence"}
SFT = {*RFT, "sft", "pre", "probe", "rollouts"}
MODEL = {*SFT, "base"}
STRATEGY = {*SFT, "augment", "overlap"}
BENCHMARK = {*STRATEGY, "problems"}
NONE: set[str] = set()

FILE_CHANGES = [
    ("mine.py", STRATEGY),
    ("near.py", STRATEGY),
    ("farther.py", STRATEGY),  # imported by what is imported
    ("late/part.py", STRATEGY),  # imported in a method
    ("late/table.json", STRATEGY),  # any file of a package
    ("words.txt", STRATEGY),
    ("tables/one.csv", STRATEGY),
    ("unrelated.py", NONE),
    ("train.py", RFT),
    ("set.toml", RFT),
    ("more.txt", RFT),
    ("data/train.jsonl", BENCHMARK),
    ("model/model.safetensors", MODEL),
    ("model/config.json", MODEL),
    ("model/chat_template.jinja", MODEL),
    ("model/tokenizer.model", MODEL),
    ("model/vocab.txt", MODEL),
    ("model/README.md", NONE),
]
SETTING_CHANGES = [
    ("seed=1", BENCHMARK),
    ("defaults.data.sft=9", BENCHMARK),
    ("defaults.sft.epochs=9", SFT),
    ("matrix.algorithms[0].steps=9", RFT),
    ("matrix.algorithms[0].timeout=9", RFT),
    ("defaults.rft.checkpoints=9", RFT),
    ("defaults.evaluate.samples=9", {"pre", "post"}),
    ("defaults.probe.samples=9", {"probe", "rollouts"}),
    ("defaults.numerics.threads=2", SFT),
    ("defaults.numerics.dtype=bfloat16", SFT),
    ('matrix.strategies=[{name="mine",label="other"}]', NONE),
    ("report.reference=mine", NONE),
    ("defaults.limits.stage_hours=9", NONE),
    ("description=other", NONE),
    ("name=other", NONE),
    ('defaults.tracking.report_to=["tensorboard"]', NONE),
]
LIBRARY_CHANGES = [
    ("torch", SFT, ()),
    ("transformers", SFT, ()),
    ("tokenizers", SFT, ()),
    ("trl", SFT, ()),
    ("accelerate", SFT, ()),
    ("numpy", SFT, ()),
    ("math-verify", BENCHMARK, ()),
    ("sympy", BENCHMARK, ()),
    ("latex2sympy2_extended", BENCHMARK, ()),
    ("peft", NONE, ()),
    ("peft", SFT, ('defaults.lora.stages=["sft"]',)),
    ("peft", RFT, ('defaults.lora.stages=["rft"]',)),
    ("jinja2", NONE, ()),
    ("jinja2", SFT, ("defaults.prompt.template=model",)),
    ("scipy", NONE, ()),
    ("bi-bench", NONE, ()),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(folder: Path, *overrides: str) -> dict[str, set[str]]:
    """The keys of each role; analyses by their label, evaluations of all splits together."""
    (cell,) = plan_suite(load_suite(folder / "suite.toml", overrides)).cells
    found: dict[str, set[str]] = {}
    for role, key in cell.stages.items():
        kind, _, rest = role.partition("/")
        found.setdefault(rest if kind == "analyse" else kind, set()).add(key)
    return found


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    assert before.keys() == after.keys()
    return {role for role in before if before[role] != after[role]}


@pytest.mark.parametrize(("name", "roles"), FILE_CHANGES)
def test_files(folder: Path, name: str, roles: set[str]) -> None:
    """The change has the length and the age of what was there: Python takes it for the same."""
    before, file = keys(folder), folder / name
    age = file.stat()
    file.write_text((file.read_text() or "#")[:-1] + " ")
    os.utime(file, ns=(age.st_atime_ns, age.st_mtime_ns))
    assert changed(before, keys(folder)) == roles


@pytest.mark.parametrize(("setting", "roles"), SETTING_CHANGES)
def test_settings(folder: Path, setting: str, roles: set[str]) -> None:
    assert changed(keys(folder), keys(folder, setting)) == roles


@pytest.mark.parametrize(("name", "roles", "settings"), LIBRARY_CHANGES)
def test_libraries(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    roles: set[str],
    settings: tuple[str, ...],
) -> None:
    before, real = keys(folder, *settings), importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda asked: "0.0.1" if asked == name else real(asked)
    )
    assert changed(before, keys(folder, *settings)) == roles


def test_locations_do_not_change_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, elsewhere = keys(folder), folder / "elsewhere"
    shutil.copytree(folder, elsewhere, ignore=shutil.ignore_patterns("elsewhere"))
    monkeypatch.chdir(elsewhere)
    assert changed(before, keys(elsewhere)) == NONE
