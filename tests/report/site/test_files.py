"""The files of a site, without a browser: sizes, what they hold, what is left alone."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bi_bench.api import Problem, UserError
from bi_bench.artifacts.samples import Sample
from bi_bench.report.content.rows import build_report
from bi_bench.report.site import answers
from bi_bench.report.site.columns import cell, used_columns
from bi_bench.report.site.escape import literal, script, visible
from bi_bench.report.site.write import _costs, row_ids, write_site
from bi_bench.store import Store
from bi_bench_plugins.benchmarks.igsm import IGSM
from tests.factories import results
from tests.report.conftest import Suite
from tests.report.site.conftest import Run


def test_hidden_characters_are_shown_and_others_left_alone() -> None:
    assert visible("a\x00\x1b\x7f\x85b") == "a␀␛␡⟨U+0085⟩b"
    assert visible("\u202e\u2028\ud800\ufeff") == "⟨U+202E⟩⟨U+2028⟩⟨U+D800⟩⟨U+FEFF⟩"
    assert visible("line\n\ttab é 数 \U0001f600") == "line\n\ttab é 数 \U0001f600"


def test_data_is_plain_ascii_that_ends_no_script() -> None:
    data = {"</script>": ["<!--", "&", "é\u2028", "\ud800", float("nan"), None, 1.5, True]}
    text = script("name", literal(data))
    assert text.isascii()
    assert not re.search("[<>&]", text)
    inner = json.loads(text.removeprefix('biBench.put("name",').removesuffix(");\n"))
    assert inner == {"</script>": ["<!--", "&", "é⟨U+2028⟩", "⟨U+D800⟩", None, None, 1.5, True]}


def test_nothing_of_the_page_is_markup_and_all_of_it_is_utf8(site: Path) -> None:
    page = site.read_text(encoding="utf-8")
    assert page.count("<script") == page.count('<script defer src="assets/') + 1
    assert "onerror" not in page
    assert "style=" not in page
    assert 'http-equiv="Content-Security-Policy"' in page


def test_a_damaged_text_of_a_plugin_still_gives_a_page(
    run: Run, igsm: IGSM, tmp_path: Path
) -> None:
    record = run.results.record.to_json()
    record["suite"]["description"] = "half \ud83d of a pair"
    page = write_site(results(record, run.results.store), tmp_path, lambda stage: igsm)
    assert "half ⟨U+D83D⟩ of a pair" in page.read_text(encoding="utf-8")


def sample(problem: str, completion: str = "x", number: int = 0) -> Sample:
    return Sample(problem, number, float(number > 0), completion, 1, False, True, True, "1", None)


def test_shards_are_bounded_by_problems_and_by_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = [Problem(f"p{n}", "?", "1") for n in range(450)]
    stages = {"pre": 10, "post": 5000}
    monkeypatch.setattr(answers, "has_samples", lambda folder: True)
    monkeypatch.setattr(
        answers,
        "read_samples",
        lambda folder: [sample(p.id, "<" * stages[folder.name]) for p in problems],
    )
    monkeypatch.setattr(answers, "read_problems", lambda folder: problems)
    (tmp_path / "problems.parquet").touch()
    folders = tmp_path / "pre", tmp_path / "post", tmp_path
    assert answers.write_answers(tmp_path, "x", *folders, None)
    shards = sorted((tmp_path / "answers/x").glob("[0-9]*.js"), key=lambda file: int(file.stem))
    assert max(file.stat().st_size for file in shards) <= answers.SHARD_BYTES + 100
    index = (tmp_path / "answers/x/index.js").read_text()
    found = json.loads(index[index.index(",") + 1 : -3])
    assert len(found["starts"]) == len(shards)
    assert len(found["problems"]) == 450
    first = json.loads(shards[1].read_text().partition(",")[2][:-3])
    assert first[0]["id"] == f"p{found['starts'][1]}"


def test_many_long_answers_to_one_problem_share_its_room(tmp_path: Path) -> None:
    problem = Problem("p", "?", "1")
    pair = [sample("p", "y" * 100_000, n) for n in range(64)]
    shown = answers._problem(problem, pair, pair, None)
    assert len(json.dumps(shown)) < answers.SHARD_BYTES
    *_, text, left = shown["before"][0]
    assert left + len(shown["texts"][text][0]) == 100_000


def test_an_answer_that_is_given_twice_is_stored_once(igsm: IGSM) -> None:
    problem = next(iter(igsm.problems("test-id", 1, random.Random(1))))
    spoken = igsm.speak(problem, igsm.plan(problem, random.Random(2)), "w").text
    pair = [sample(problem.id, spoken), sample(problem.id, "neither", 1)]
    shown = answers._problem(problem, pair, pair, igsm)
    assert [each[-2] for each in shown["before"] + shown["after"]] == [0, 1, 0, 1]
    assert shown["texts"][1] == ["neither"]
    steps = [part for part in shown["texts"][0] if not isinstance(part, str)]
    assert {len(step) for step in steps} == {3}  # all are right
    whole = "".join(part if isinstance(part, str) else part[0] for part in shown["texts"][0])
    assert whole == spoken


def test_without_answers_the_page_says_so(run: Run, igsm: IGSM, tmp_path: Path) -> None:
    published = tmp_path / "store"
    shutil.copytree(run.results.store.root, published)
    for file in published.rglob("samples.parquet"):
        file.unlink()
    page = write_site(
        results(run.results.record, Store(published)), tmp_path / "site", lambda stage: igsm
    )
    rows = "".join(file.read_text() for file in (page.parent / "data/rows").glob("*.js"))
    assert rows.count("a published record leaves them out") == 6
    assert not list((page.parent / "data/answers").glob("*"))


def test_a_folder_with_other_files_is_left_alone(run: Run, igsm: IGSM, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="holds other files"):
        write_site(run.results, tmp_path, lambda stage: igsm)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_is_there_is_not_written_again(
    run: Run, igsm: IGSM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_site(run.results, tmp_path, lambda stage: igsm)
    before = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*"))
    monkeypatch.setattr(answers, "read_samples", lambda folder: pytest.fail("read again"))
    write_site(run.results, tmp_path, lambda stage: igsm)
    assert sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*")) == before


def test_a_cell_has_its_number_and_its_interval(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    suite.arm("bridge", "1000", "1111")
    rows = build_report(suite.results).rows
    columns, facts = used_columns(rows)
    assert ("problems", "4") in facts
    gain = next(column for column in columns if column.key == "gain")
    shown = cell(gain, rows[1])
    assert shown.value == pytest.approx(0.75)
    assert shown.interval is not None
    assert shown.interval.low <= 0.75 <= shown.interval.high


def test_a_run_that_has_just_begun_has_a_page(suite: Suite, tmp_path: Path) -> None:
    suite.cell("vanilla")
    page = write_site(suite.results, tmp_path / "site", lambda stage: None)
    text = page.read_text()
    assert "No cell is finished yet." in text
    assert "not run yet: vanilla" in text


def test_a_refused_row_says_why(suite: Suite, tmp_path: Path) -> None:
    cell = suite.cell("vanilla")
    suite.run(cell, suite.outcomes("1100"), suite.outcomes("1110", digest="other"))
    page = write_site(suite.results, tmp_path / "site", lambda stage: None)
    assert "refused: problems differ" in page.read_text()
    (row,) = (page.parent / "data/rows").glob("*.js")
    assert "refused: problems differ (pre and post, seed 0)" in row.read_text()


def test_an_arm_looks_alike_in_all_charts_of_cost(run: Run, igsm: IGSM, tmp_path: Path) -> None:
    suite_rows = build_report(run.results).rows
    cells = run.results.cells
    turned = replace(build_report(run.results), rows=suite_rows[::-1])
    looks = [
        {mark["row"]: mark["look"] for chart in found["charts"] for mark in chart["series"]}
        for found in (
            _costs(turned, row_ids(turned.rows), cells),
            _costs(replace(turned, rows=suite_rows), row_ids(suite_rows), cells),
        )
    ]
    assert looks[0] == looks[1]
    assert sorted(looks[0].values()) == [0, 1]


def test_a_site_that_was_interrupted_goes_on(
    run: Run, igsm: IGSM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_site(run.results, tmp_path, lambda stage: igsm, stop)
    there = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("answers/*/index.js")}
    assert len(there) == 2
    heard: list[tuple[int, ...]] = []
    page = write_site(
        run.results,
        tmp_path,
        lambda stage: igsm,
        lambda *told: heard.append(told),
    )
    assert page.is_file()
    assert heard[-1] == (6, 6)
    assert all(file.stat().st_mtime_ns == time for file, time in there.items())
