"""CONTRIBUTING.md against the import rules, the folders and the files that it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def rooms() -> set[str]:
    """The folders of the core, and ``plugins``, which stands for the modules next to them."""
    return {"plugins"} | {path.parent.name for path in ROOT.glob("bi_bench/*/__init__.py")}


def allowed() -> dict[str, set[str]]:
    """For each room those that no import contract forbids it."""
    found = {room: rooms() - {room} for room in rooms()}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    forbidden = [each for each in contracts["contracts"] if each["type"] == "forbidden"]
    for contract in forbidden:
        for source in contract["source_modules"]:
            room = source.removeprefix("bi_bench.")
            if room in found:
                found[room] -= {
                    name.removeprefix("bi_bench.") for name in contract["forbidden_modules"]
                }
    return found


def test_the_table_of_layers_states_the_import_rules() -> None:
    stated: dict[str, set[str]] = {}
    for room, cell in re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", TEXT, re.MULTILINE):
        names = set(re.findall(r"\w+", cell.removeprefix("all but")))
        stated[room] = (
            rooms() - {room} - names if cell.startswith("all but") else names - {"nothing"}
        )
    assert stated == allowed()


def test_the_files_that_it_names_exist() -> None:
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", TEXT) if "NAME" not in path]
    assert len(paths) > 10
    missing = [path for path in paths if not (ROOT / path).exists() and path != "dist/"]
    assert not missing, f"CONTRIBUTING.md names {missing}"


def test_the_files_in_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    paths = re.findall(r"`([\w/]+/[\w./]+\.(?:py|js))`", text)
    assert len(paths) > 20
    roots = (ROOT, ROOT / "bi_bench")
    missing = [path for path in paths if not any((root / path).exists() for root in roots)]
    assert not missing, f"docs/architecture.md names {missing}"


def test_the_names_are_in_the_files_that_it_gives() -> None:
    pairs = re.findall(r"`(\w+)`\s+(?:of|in)\s+`([\w/]+\.py)`", TEXT)
    assert {"VERBS", "OWN", "FIGURES", "StageKind", "StepKind"} <= {name for name, _ in pairs}
    missing = [pair for pair in pairs if pair[0] not in (ROOT / pair[1]).read_text()]
    assert not missing
