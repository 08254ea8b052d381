from __future__ import annotations

import json
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.overlap import Overlap
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.role import SFT, Role, analyse, benchmark_and_split, pre, transferred
from bi_bench.artifacts.run_record import RunRecord
from tests.factories import run_record

SUMMARY = ProbeSummary(
    samples=4, problems=2, right=(1, 4), accuracy=0.625, informative=0.5, spread=0.2
)


def test_a_file_is_read_back_with_its_schema_version(tmp_path: Path) -> None:
    SUMMARY.write(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text())["schema"] == 1
    assert ProbeSummary.read(tmp_path) == SUMMARY


def test_a_file_from_before_schema_versions_is_read(tmp_path: Path) -> None:
    (tmp_path / "overlap.json").write_text('{"exact": 0.5, "contaminated": 0.25}')
    assert Overlap.read(tmp_path).graphs.equal is None


def test_fields_of_a_newer_version_are_kept() -> None:
    known = {"samples": 1, "problems": 1, "accuracy": 1.0, "informative": 0.0, "spread": 0.0}
    assert ProbeSummary.model_validate({**known, "later": [1]}).to_json()["later"] == [1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"samples": 4}', "no entry 'problems'"),
        ("[]", "not a JSON object"),
        ("{", "Expecting"),
        ('{"schema": 2}', "schema 2, this bi_bench reads 1"),
        (json.dumps({**SUMMARY.to_json(), "spread": "wide"}), "spread: Input should be"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault_and_the_way_out(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "summary.json").write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        ProbeSummary.read(tmp_path)
    assert f"delete {tmp_path} and run the suite again" in str(raised.value)


def test_costs_hold_what_was_measured() -> None:
    assert Costs(tokens_trained=5).to_json() == {"tokens_trained": 5}
    assert Costs(wall_seconds=1.0).steps is None


def test_a_run_record_goes_through_unchanged() -> None:
    record = run_record(machines=[{"cpu": "x"}], later={"a": 1})
    assert RunRecord.parse(record.to_json()) == record
    assert "numerics" not in record.to_json()
    with pytest.raises(UserError, match="has schema 7, this bi_bench reads 1"):
        RunRecord.parse({**record.to_json(), "schema": 7})


def test_a_role_is_composed_and_parsed() -> None:
    assert (pre("test-id"), analyse("mine")) == ("pre/test-id", "analyse/mine")
    role = Role("post/gsm8k/test-id")
    assert (role.part, role.about) == ("post", "gsm8k/test-id")
    assert (SFT.part, SFT.about) == ("sft", "")
    assert benchmark_and_split(transferred("gsm8k", "test-id")) == ("gsm8k", "test-id")
    assert benchmark_and_split("test-id") == ("", "test-id")
