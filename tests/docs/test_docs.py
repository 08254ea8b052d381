"""The documentation against the code: nothing missing, nothing stale, every example works."""

from __future__ import annotations

import inspect
import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pydantic
import pytest
import typer

from bi_bench.api import hooks
from bi_bench.cli import app
from bi_bench.plugins import KINDS, discover
from bi_bench.report.tables.columns import shown_columns
from bi_bench.stats import verdict
from bi_bench.suite import load_suite
from bi_bench.suite.schema import MatrixTable, SuiteFile
from bi_bench.suite.validation import validate

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
PLUGINS, SUITES, RESULTS = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("plugins", "suites", "results")
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VERBS: dict[str, click.Command] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


class Block(NamedTuple):
    """One fenced block of a page."""

    page: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks(language: str) -> list[Block]:
    found = []
    for page in PAGES:
        for number, (name, text) in enumerate(FENCE.findall(page.read_text()), start=1):
            if name == language:
                found.append(Block(page.stem, number, text))
    return found


def arguments(function: Any) -> str:
    """The argument list as a reader writes it: "(problem, premise_order=None)"."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    return str(inspect.Signature(bare))


def keys(model: type[pydantic.BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that holds a value with its default, tables walked into."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, pydantic.BaseModel):
            yield from keys(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", "required" if field.is_required() else field.default


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of all tables of docs/suites.md whose first heading this is, by their first cell."""
    found: dict[str, list[str]] = {}
    for table in re.findall(rf"^\| {heading} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", SUITES, re.MULTILINE):
        for line in table.splitlines():
            key, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
            assert key.strip("| `") not in found, f"{key} is listed twice"
            found[key.strip("| `")] = cells
    return found


def same(cell: str, default: Any) -> bool:
    """Whether a cell of a table states this default."""
    if cell in ("required", "none"):
        return default == cell if cell == "required" else default is None
    stated = tomllib.loads(f"value = {cell.strip('`')}")["value"]
    return bool(stated == json.loads(json.dumps(default)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_has_a_section_with_its_exact_arguments(kind: str) -> None:
    name = f"bi_bench_{kind}"
    headings = [line for line in PLUGINS.splitlines() if line.startswith("## ")]
    wanted = f"`{name}{arguments(getattr(hooks, name))}`"
    assert [line for line in headings if wanted in line], f"no section names {wanted}"


def test_the_documented_hooks_are_those_of_the_code() -> None:
    declared = {name for name in dir(hooks) if name.startswith("bi_bench_")}
    assert set(re.findall(r"\bbi_bench_[a-z]+\b(?=\()", PLUGINS)) == declared
    assert declared == {f"bi_bench_{kind}" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_method_and_attribute_of_a_plugin_is_named(kind: str) -> None:
    (section,) = re.findall(rf"^## [^\n]*bi_bench_{kind}\b.*?(?=^## )", PLUGINS, re.M | re.S)
    base = KINDS[kind]
    attributes = {
        *base.__annotations__,
        *(k for k, v in vars(base).items() if isinstance(v, property)),
    }
    methods = {
        f"{name}{arguments(member)}"
        for name, member in vars(base).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }
    named = set(re.findall(r"^- `([^`]+)`:", section, re.MULTILINE))
    assert named == attributes | methods


def test_every_key_of_a_suite_is_listed_with_its_default() -> None:
    listed, declared = rows("key"), {**dict(keys(SuiteFile)), **dict(keys(MatrixTable, "matrix."))}
    del declared["matrix"]  # a table or an array of them
    assert listed.keys() == declared.keys()
    stale = {key for key, default in declared.items() if not same(listed[key][1], default)}
    assert not stale, f"docs/suites.md states another default for {sorted(stale)}"


def test_the_listed_parameters_of_plugins_exist_with_these_defaults() -> None:
    fields = {
        f"{entry.cls.name}.{name}": "required" if field.is_required() else field.default
        for entry in discover().found
        for name, field in entry.cls.Params.model_fields.items()
    }
    listed = rows("parameter")
    assert listed
    stale = {
        key for key, row in listed.items() if key not in fields or not same(row[0], fields[key])
    }
    assert not stale, f"docs/suites.md is out of date about {sorted(stale)}"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme_and_in_the_docs(verb: str) -> None:
    call = re.compile(rf"\bbi-bench {verb}\b")
    assert call.search((ROOT / "README.md").read_text()), f"README.md lacks `bi-bench {verb}`"
    assert any(call.search(page.read_text()) for page in DOCS), f"docs/ lacks `bi-bench {verb}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_use_verbs_and_options_that_exist(page: Path) -> None:
    text = re.sub(r"\$\([^)]*\)", "KEY", page.read_text().replace("\\\n", " "))
    for verb, rest in re.findall(r"\bbi-bench (\w+)([^`\n|#]*)", text):
        assert verb in VERBS, f"there is no `bi-bench {verb}`"
        parameters = VERBS[verb].params
        known = {option for each in parameters for option in (*each.opts, *each.secondary_opts)}
        unknown = set(re.findall(r"(?<!\S)--?[a-z][\w-]*", rest)) - known
        assert not unknown, f"`bi-bench {verb}` has no {unknown}"


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_examples_run_and_are_plugins(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text(block.text)
    runpy.run_path(str(file))
    mine = [entry for entry in discover([file]).found if entry.origin.file == str(file)]
    assert len(mine) == block.text.count("@hookimpl")
    assert all(entry.cls.about() for entry in mine)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_examples_parse_and_whole_suites_load(block: Block, tmp_path: Path) -> None:
    data = tomllib.loads(block.text)
    if data.keys() <= SuiteFile.model_fields.keys():
        axes = ("benchmarks", "models", "strategies", "algorithms", "seeds")
        whole = {axis: [0] for axis in axes}
        validate(SuiteFile, {"name": "part", "matrix": whole, **data}, block)
        given = data.get("matrix", {})
        for table in given if isinstance(given, list) else [given]:
            validate(MatrixTable, {**whole, **table}, block)
    if {"name", "matrix"} <= data.keys():
        (strategy,) = (b for b in blocks("python") if "class RestateAll" in b.text)
        (tmp_path / "my_strategy.py").write_text(strategy.text)
        (tmp_path / "suite.toml").write_text(block.text)
        assert list(load_suite(tmp_path / "suite.toml").cells())


def test_every_column_of_the_tables_is_explained() -> None:
    for shown in (column.shown for column in shown_columns()):
        # Derived and lenient scores have the same columns, and the benchmark is above each table.
        if shown.table in ("derived", "semantic", "title"):
            continue
        for heading in (shown.heading, shown.terminal.heading if shown.terminal else ""):
            name = heading.format(k="k", reference="reference")
            assert f"`{name}`" in RESULTS or not name, f"docs/results.md does not explain {name}"


def test_every_label_is_explained() -> None:
    for label in (*verdict._GAIN.values(), *verdict._ARM.values()):
        assert f"`{label}`" in RESULTS, f"docs/results.md does not explain the label {label}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            slugs = [re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings]
            assert anchor in slugs, f"{page.name}: {target}"


@pytest.mark.parametrize("page", [*PAGES, *(ROOT / "results").glob("*/*.md")], ids=str)
def test_paths_of_the_repository_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    named = re.findall(r"`((?:bi_bench|plugins|tests|suites)/[\w./-]+)`", text)
    missing = [name for name in named if "NAME" not in name and not (ROOT / name).exists()]
    assert not missing, f"{page.name} names {missing}"
