"""The schema that editors use accepts what the loader accepts, and names what it refuses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bi_bench.plugins import discover
from bi_bench.suite.json_schema import suite_schema

ROOT = Path(__file__).parents[2]
SUITES = sorted((ROOT / "suites").glob("*.toml"))
LOCAL = """
from bi_bench.api import Draft, Parameters, Strategy, hookimpl

class Kind:
    pass

class Odd(Parameters):
    model_config = {"arbitrary_types_allowed": True}
    kind: Kind | None = None

class Mine(Strategy[Odd]):
    name = "mine"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)]

@hookimpl
def bi_bench_strategies():
    return [Mine]
"""


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = suite_schema(discover())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def smoke() -> dict[str, Any]:
    return tomllib.loads((ROOT / "suites" / "smoke.toml").read_text())


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
def test_every_suite_is_valid(file: Path, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(tomllib.loads(file.read_text()))


def test_another_axis_takes_the_rest_from_the_first(
    validator: jsonschema.Draft202012Validator,
) -> None:
    suite = smoke()
    suite["matrix"] = [suite["matrix"], {"models": ["tiny"]}]
    validator.validate(suite)
    suite["matrix"].reverse()
    assert not validator.is_valid(suite)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda suite: suite.update(matirx=suite["matrix"]),
        lambda suite: suite["defaults"].update(sfft={}),
        lambda suite: suite["defaults"]["sft"].update(epoch=1),
        lambda suite: suite["defaults"]["sft"].update(epochs=0),
        lambda suite: suite["defaults"]["evaluate"].update(benchmarks=["igsn"]),
        lambda suite: suite["matrix"].update(strategies=["brigde"]),
        lambda suite: suite["matrix"]["strategies"][1].update(reflexion=0.1),
        lambda suite: suite["matrix"]["strategies"][1].update(reflection=2),
        lambda suite: suite["matrix"]["strategies"][1].update(label=" "),
        lambda suite: suite["matrix"].update(strategies=["from-file"]),
        lambda suite: suite["matrix"]["benchmarks"][0].pop("name"),
        lambda suite: suite["matrix"].pop("seeds"),
        lambda suite: suite.update(analyses=["difficulties"]),
    ],
)
def test_what_the_loader_refuses_is_invalid(
    spoil: Callable[[dict[str, Any]], object], validator: jsonschema.Draft202012Validator
) -> None:
    suite = smoke()
    validator.validate(suite)
    spoil(suite)
    assert not validator.is_valid(suite)


def test_a_file_next_to_a_suite_is_in_it_and_odd_parameters_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LOCAL)
    schema = suite_schema(discover([tmp_path / "mine.py"]))
    suite = smoke()
    suite["matrix"]["strategies"] = ["mine", {"name": "mine", "kind": 1}]
    jsonschema.Draft202012Validator(schema).validate(suite)
