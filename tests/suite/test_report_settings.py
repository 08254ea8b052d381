"""What a suite wants to be shown: checked when it is loaded, and in no content key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.run_record import RunRecord, SuiteRecord
from bi_bench.plan import plan_suite
from bi_bench.plan.record import run_record
from bi_bench.suite import Suite, load_suite
from tests.conftest import present

ROOT = Path(__file__).parents[2]
SUITE = """
name = "mine"
analyses = [{ name = "difficulty", label = "by ops" }]
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3] }]
models = ["tiny"]
strategies = ["vanilla", { name = "bridge", reflection = 0.2, label = "bridge-20" }]
algorithms = ["grpo"]
seeds = [0, 1]
"""
PUBLISHED = """
[[report.published]]
strategy = "bridge-20"
split = "test-id"
gain = 53.0
tag = "S"
source = "somewhere"
"""


def recorded(suite: Suite) -> SuiteRecord:
    """What the run record has of a suite, read back."""
    _, record = run_record(plan_suite(suite), "bi-bench run mine.toml")
    return RunRecord.parse(json.loads(json.dumps(record.to_json()))).suite


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(SUITE + PUBLISHED)
    return file


def test_a_published_number_gets_all_labels_of_its_row(suite_file: Path) -> None:
    (one,) = load_suite(suite_file).published
    axes = {"benchmark": "igsm", "model": "tiny", "algorithm": "grpo", "strategy": "bridge-20"}
    assert one == {
        **axes,
        "split": "test-id",
        "pre": None,
        "post": None,
        "gain": 53.0,
        "tag": "S",
        "source": "somewhere",
        "note": "",
    }


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'strategy = "bridge-20"',
            'strategy = "bridge"',
            r"published\[0\].strategy: no strategy .*did",
        ),
        (
            'split = "test-id"',
            'split = "test"',
            r"published\[0\].split: .*Labels: test-id, test-ood",
        ),
        ('split = "test-id"\n', "", r"matches 2 rows; add split, one of: test-id, test-ood"),
        ('split = "test-id"', 'model = "tine"', r'published\[0\].model: .*did you mean "tiny"\?'),
        ("gain = 53.0", "", "at least one of pre, post and gain"),
        ("gain = 53.0", "gain = 5.0\npre = 40.0\npost = 60.0", "gain 5.0 is not post 60.0 minus"),
        ("gain = 53.0", "gain = 530", "less than or equal to 100"),
        ('tag = "S"', "", r"report.published.*tag: this key is missing"),
        ('tag = "S"', 'tag = "X"', r"report.published.*tag: .*'S'"),
        ("[[report", '[report]\nfigures = ["reward"]\n[[report', r'figures\[0\]: .*"rewards"'),
    ],
)
def test_errors_name_the_key_and_the_fix(
    suite_file: Path, before: str, after: str, message: str
) -> None:
    text = suite_file.read_text()
    assert before in text
    suite_file.write_text(text.replace(before, after))
    with pytest.raises(UserError, match=message):
        load_suite(suite_file)


def test_analyses_are_figures_by_their_label(suite_file: Path) -> None:
    suite_file.write_text(SUITE + '[report]\nfigures = ["rewards", "by ops"]\n')
    assert load_suite(suite_file).figures == ("rewards", "by ops")


def test_report_settings_are_in_the_run_record_and_in_no_key(
    suite_file: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text(SUITE)
    shown, without = load_suite(suite_file), load_suite(plain)
    one, other = plan_suite(shown), plan_suite(without)
    assert [stage.key for stage in one.stages] == [stage.key for stage in other.stages]
    facts = recorded(shown)
    assert facts.published[0].gain == 53.0
    bridge = present(facts.strategies)["bridge-20"]
    assert bridge.name == "bridge"
    assert bridge.params["reflection"] == 0.2
    (drawing,) = facts.drawings["by ops"]
    assert (drawing["kind"], drawing["x"]) == ("lines", "ops")


def test_the_suites_of_the_paper_name_its_numbers_as_second_hand() -> None:
    igsm = load_suite(ROOT / "suites" / "paper-igsm.toml").published
    assert len(igsm) == 6
    (dyval,) = load_suite(ROOT / "suites" / "paper-promptbench.toml").published
    assert {one["tag"] for one in (*igsm, dyval)} == {"S"}
    assert dyval["gain"] == 53.0
    assert all("presumably" in str(one["note"]) for one in igsm)


def test_the_primary_contrast_is_settled_and_recorded(suite_file: Path) -> None:
    assert present(recorded(load_suite(suite_file)).primary).to_json() == {
        "contrast": "final",
        "score": "greedy",
        "split": "test-id",
        "declared": False,
    }
    suite_file.write_text(SUITE + '[report.primary]\ncontrast = "gain"\nsplit = "test-ood"\n')
    told = present(recorded(load_suite(suite_file)).primary)
    assert (told.contrast, told.split, told.declared) == ("gain", "test-ood", True)


@pytest.mark.parametrize(
    ("primary", "message"),
    [
        ('split = "val"', r'primary.split: "val" is not evaluated; use one of test-id, test-ood'),
        ('score = "sampled"', "primary.score.*samples above 0"),
        ('contrast = "gian"', "primary.contrast"),
    ],
)
def test_a_primary_contrast_that_is_not_measured_is_refused(
    suite_file: Path, primary: str, message: str
) -> None:
    none = "[defaults.evaluate]\nsamples = 0\n"
    suite_file.write_text(SUITE + none + f"[report.primary]\n{primary}\n")
    with pytest.raises(UserError, match=message):
        load_suite(suite_file)
