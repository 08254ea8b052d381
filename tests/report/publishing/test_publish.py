from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.stage_record import Failure
from bi_bench.report.data.record import open_record
from bi_bench.report.publishing.overall import check_overall, overall, write_overall
from bi_bench.report.publishing.publish import publish, publish_again, published_folders
from bi_bench.store import replace_folder
from bi_bench.store.replace_folder import new_folder
from tests.factories import results, write_record
from tests.report.conftest import Suite

NAME = "quick-12ab"


@pytest.fixture
def small(suite: Suite) -> Suite:
    suite.arm("vanilla", "1100" * 5, "1110" * 5, seeds=(0, 1))
    suite.arm("bridge", "1000" * 5, "1111" * 5, seeds=(0, 1))
    return suite


def send(suite: Suite, out: Path, *, partial: bool = False) -> Path:
    return publish(results(suite.record, suite.store, NAME), out, partial=partial)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_published_folder_holds_tables_figures_and_the_record(
    small: Suite, tmp_path: Path
) -> None:
    folder = send(small, tmp_path / "results")
    files = contents(folder)
    assert folder == tmp_path / "results" / "quick"
    assert {"report.md", "report.csv", "record.json", "curves.png"} <= set(files)
    assert "figures/accuracy.png" in files
    assert not {"run.json", "report.json"} & set(files)
    assert b"Command: bi-bench run suites/quick.toml" in files["report.md"]
    assert list((tmp_path / "results").iterdir()) == [folder], "nothing else is left"


def test_publishing_twice_and_again_from_the_record_gives_the_same_bytes(
    small: Suite, tmp_path: Path
) -> None:
    first = contents(send(small, tmp_path / "a"))
    folder = send(small, tmp_path / "b")
    assert contents(folder) == first
    assert contents(publish_again(folder)) == first
    assert contents(publish(open_record(folder), tmp_path / "c")) == first


def test_what_is_written_by_hand_stays_and_what_is_old_goes(small: Suite, tmp_path: Path) -> None:
    folder = tmp_path / "quick"
    for name in ("README.md", "notes/search.md", "run.json", "report.json", "figures/old.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("by hand")
    send(small, tmp_path)
    held = contents(folder)
    assert held["README.md"] == held["notes/search.md"] == b"by hand"
    assert not {"run.json", "report.json", "figures/old.png"} & set(held)


@pytest.mark.parametrize("what", ["failed", "not run yet"])
def test_an_incomplete_run_is_published_only_as_such(
    small: Suite, tmp_path: Path, what: str
) -> None:
    cell = small.cell("filler", 0)
    if what == "failed":
        failure = Failure(type="Crash", message="out of memory")
        small.store.write_failure(cell["stages"]["sft"], failure)
    with pytest.raises(UserError, match=rf"not complete: {what}: filler .* --partial"):
        send(small, tmp_path)
    assert not (tmp_path / "quick").exists()
    folder = send(small, tmp_path, partial=True)
    text = (folder / "report.md").read_text()
    assert "PARTIAL: 1 of 5 cells failed or have not run in full." in text
    assert "PARTIAL" in overall(tmp_path)


def test_cells_skipped_or_declined_with_a_reason_are_complete(small: Suite, tmp_path: Path) -> None:
    small.cell("filler", 0, skip="no graph")
    declined = small.cell("pp-aug", 0)
    small.commit(declined["stages"]["augment"], declined="one order only")
    text = (send(small, tmp_path) / "report.md").read_text()
    assert "no graph" in text
    assert "one order only" in text
    assert "PARTIAL" not in text


@pytest.mark.parametrize("between", ["pre and post", "from the reference"])
def test_refused_contrasts_are_never_published(small: Suite, tmp_path: Path, between: str) -> None:
    cell = small.cell("filler", 0)
    other = small.outcomes("10" * 10, digest="other")
    pre = small.outcomes("10" * 10) if between == "pre and post" else other
    small.run(cell, pre, other)
    with pytest.raises(UserError, match=f"refused.*filler.*problems differ .{between}"):
        send(small, tmp_path, partial=True)
    assert not (tmp_path / "quick").exists()


def test_a_run_without_a_finished_cell_and_a_name_that_is_no_folder(
    suite: Suite, tmp_path: Path
) -> None:
    suite.cell()
    with pytest.raises(UserError, match="nothing to publish"):
        send(suite, tmp_path, partial=True)
    record = suite.record
    record["suite"]["name"] = "../up"
    with pytest.raises(UserError, match="cannot name a folder"):
        publish(results(record, suite.store, NAME), tmp_path)


def test_no_path_of_the_machine_is_in_any_file(small: Suite, tmp_path: Path) -> None:
    secret = "/home/somebody/secret"
    record = small.record
    record["command"] = f"bi-bench run {secret}/x.toml"
    record["suite"]["source"] = {"plugins": [f"{secret}/p.py"]}
    record["suite"]["description"] = f"made of {secret}/data"
    cell = small.cell("filler", 0)
    record["cells"] = small.cells
    failure = Failure(type="OSError", message=f"{secret}/weights missing", log=secret)
    small.store.write_failure(cell["stages"]["sft"], failure)
    out = tmp_path / "out"
    publish(results(record, small.store, NAME), out, partial=True)
    write_overall(out)
    found = [name for name, data in contents(out).items() if b"somebody" in data]
    assert not found


def test_the_overall_leaderboard_has_a_section_for_each_suite(small: Suite, tmp_path: Path) -> None:
    send(small, tmp_path)
    record = small.record
    record["suite"] |= {"name": "other", "description": "another <b>suite</b>"}
    write_record(tmp_path / "other" / "record.json", record, small.store, "other-1")
    (tmp_path / "other" / "README.md").write_text("by hand")
    text = write_overall(tmp_path).read_text()
    assert [folder.name for folder in published_folders(tmp_path)] == ["other", "quick"]
    other, quick = text.split("\n## ")[1:3]
    assert "&lt;b&gt;" in other
    assert "(other/README.md)" in other
    assert "quick/README.md" not in quick
    for section in (other, quick):
        assert section.count("| bridge") == section.count("| vanilla") == 1
    assert "no winner is named" in quick


@pytest.fixture(params=["in one step", "by two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by two renames":
        monkeypatch.setattr(replace_folder, "_exchange", lambda one, other: False)


@pytest.mark.usefixtures("way")
def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    for text in ("one", "two"):
        with new_folder(target) as fresh:
            (fresh / text).write_text(text)
        assert contents(target) == {text: text.encode()}
        assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("way")
def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(ZeroDivisionError), new_folder(target) as fresh:
        (fresh / "new").write_text(str(1 // 0))
    assert contents(target) == {"old": b"old"}
    assert list(tmp_path.iterdir()) == [target]


def test_a_kill_between_two_renames_is_mended(tmp_path: Path) -> None:
    (tmp_path / ".x.old").mkdir()
    (tmp_path / ".x.old" / "old").write_text("old")
    (tmp_path / ".x.12ab").mkdir()
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "x"):
        1 // 0  # noqa: B018
    assert contents(tmp_path) == {"x/old": b"old"}


def test_a_killed_publish_leaves_the_old_folder_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.mkdir()
    (target / "old").write_text("old")
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom bi_bench.store.replace_folder import new_folder\n"
        "with new_folder(Path(sys.argv[1])) as fresh:\n"
        "    (fresh / 'half').write_text('half')\n"
        f"    os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents(target) == {"old": b"old"}
    with new_folder(target) as fresh:
        (fresh / "new").write_text("new")
    assert contents(tmp_path) == {"x/new": b"new"}


def test_a_readme_of_somebody_else_is_never_replaced(small: Suite, tmp_path: Path) -> None:
    check_overall(tmp_path / "new")
    out = tmp_path / "results"
    send(small, out)
    write_overall(out)
    check_overall(out)
    (out / "README.md").write_text("# My project\n")
    with pytest.raises(UserError, match=r"README\.md was not made by `bi-bench publish`"):
        check_overall(out)
    command = [sys.executable, "-m", "bi_bench", "publish", "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert (out / "README.md").read_text() == "# My project\n"


def test_a_quotation_that_opens_a_readme_by_hand_stands_on_the_overall_page_too(
    small: Suite, tmp_path: Path
) -> None:
    publish(results(small.record, small.store, "quick-1"), tmp_path)
    assert "> " not in overall(tmp_path)
    readme = tmp_path / "quick" / "README.md"
    readme.write_text("# quick: what it says\n\n> To be made\n> again.\n\nText.\n\n> Not this.\n")
    text = overall(tmp_path)
    assert "## quick\n\n> To be made\n> again.\n\n" in text
    assert "Not this" not in text
