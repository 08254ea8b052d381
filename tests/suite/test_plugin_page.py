"""What ``bi-bench plugins show`` says of a plugin: complete for every first-party one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from bi_bench.api import LanguageModel, ModelSource, Parameters, UserError
from bi_bench.plugins import Origin, Registered, discover
from bi_bench.suite import load_suite
from bi_bench.suite.plugin_page import example, plugin_page
from bi_bench.suite.schema import MatrixTable, SuiteFile

FOUND = discover().found
SMOKE = Path(__file__).parents[2] / "suites" / "smoke.toml"


@pytest.mark.parametrize("entry", FOUND, ids=lambda entry: entry.cls.name)
def test_every_parameter_of_a_first_party_plugin_has_a_meaning(entry: Registered) -> None:
    page = plugin_page(entry)
    assert [row.name for row in page.parameters if not row.meaning] == []
    assert [row.name for row in page.parameters if "anything" in row.type.split()] == []
    assert page.about.splitlines()[0] == entry.cls.about()
    file, line = page.facts["file"].rsplit(":", 1)
    assert f"class {entry.cls.__name__}(" in Path(file).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize("entry", FOUND, ids=lambda entry: entry.cls.name)
def test_every_example_is_part_of_a_suite_that_loads(
    entry: Registered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = example(entry)
    if entry.kind not in MatrixTable.model_fields and entry.kind not in SuiteFile.model_fields:
        assert text == ""
        return
    (tmp_path / "demonstrations.jsonl").write_text('{"prompt": "a", "completion": "b"}\n')
    monkeypatch.chdir(tmp_path)
    table = tomllib.loads(text)
    assert [*table] == (["matrix"] if "matrix" in table else [entry.kind])
    key, _, value = text.splitlines()[-1].partition(" = ")
    place = f"matrix.{key}" if "matrix" in table else key
    try:
        suite = load_suite(SMOKE, [f"{place}={value}"])
    except UserError as error:
        if "is not installed" in str(error):
            pytest.skip(str(error))
        raise
    assert entry.cls.name in [
        each.name for axis in (*suite.axes, suite.analyses, suite.decoders) for each in axis
    ]


class Odd(Parameters):
    """Every type that a page has words for."""

    many: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, description="numbers")
    ]
    pair: tuple[int, float] = (1, 2.5)
    either: Literal["a", "b"] | None = None
    table: dict[str, str] = Field(default_factory=lambda: {"x.y": 'a "word"'})


class Mine(LanguageModel[Odd]):
    """Mine."""

    name = "mine"

    def source(self) -> ModelSource:
        """None."""
        raise NotImplementedError


def test_types_bounds_and_defaults_are_in_the_words_of_a_suite() -> None:
    page = plugin_page(Registered("models", Mine, Origin("mine", "2.0")))
    assert [tuple(row) for row in page.parameters] == [
        ("many", "array of integer >= 1", "length >= 1", "required", "numbers"),
        ("pair", "[integer, number]", "", "[1, 2.5]", ""),
        ("either", '"a", "b" or none', "", "none", ""),
        ("table", "table of text", "", '{ "x.y" = "a \\"word\\"" }', ""),
    ]
    line = page.example.splitlines()[-1]
    assert (
        line == 'models = [{ name = "mine", pair = [1, 2.5], table = { "x.y" = "a \\"word\\"" } }]'
    )
    assert tomllib.loads(line)["models"][0]["table"] == {"x.y": 'a "word"'}
    assert page.facts["from"] == "mine 2.0"


def test_a_name_of_several_kinds_is_found_in_all_and_a_wrong_one_suggested() -> None:
    registry = discover()
    registry.found.append(Registered("models", Mine, Origin("mine")))
    registry.found.append(Registered("algorithms", Mine, Origin("mine")))
    assert [entry.kind for entry in registry.called("mine")] == ["models", "algorithms"]
    with pytest.raises(UserError, match='"brigde" not found; did you mean "bridge"'):
        registry.called("brigde")
