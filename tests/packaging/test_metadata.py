"""The version and the date of a release are the same wherever they stand; the source archive is whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import yaml

from bi_bench import __version__

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def citation() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    return data


def test_the_citation_names_the_last_release() -> None:
    version, date = RELEASE.findall(CHANGELOG)[0]
    assert (citation()["version"], citation()["date-released"]) == (version, date)
    assert __version__ == version


def test_the_citation_has_what_its_schema_requires() -> None:
    data = citation()
    assert data["cff-version"] == "1.2.0"
    assert data.keys() >= {"authors", "message", "title"}
    assert all(each.keys() >= {"authors", "title", "type"} for each in data["references"])


def test_the_changelog_is_dated_and_in_sections() -> None:
    titles = re.findall(r"^## .+$", CHANGELOG, re.MULTILINE)
    unreleased = [title for title in titles if not RELEASE.match(title)]
    assert all(
        re.fullmatch(r"## Unreleased, since \d{4}-\d{2}-\d{2}", title) for title in unreleased
    )
    assert titles[: len(unreleased)] == unreleased
    assert len(unreleased) <= 1
    sections = re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)
    assert set(sections) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for part in re.split(r"^## .+$", CHANGELOG, flags=re.MULTILINE)[1:]:
        first = next(line for line in part.splitlines() if line)
        assert first.startswith("### "), f"{first!r} stands in no section"


def test_the_source_archive_has_the_top_level_files(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    pages = {path.name for path in ROOT.glob("*.md")}
    assert {*pages, "CITATION.cff", "LICENSE", "Makefile", "constraints.txt"} <= names
    assert {"docs/plugins.md", "suites/smoke.toml", "plugins/bi_bench_plugins/__init__.py"} <= names
