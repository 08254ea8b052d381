"""Decoders go through a suite: mixtures of checkpoints are drawn from, graded and reported."""

from __future__ import annotations

import pytest

from bi_bench.artifacts.role import Role, decoded, post, pre
from bi_bench.artifacts.samples import Sample, read_samples
from bi_bench.report.data.results import Results
from tests.micro import EXAMPLES, micro_suite, run_suite

DECODERS = """decoders = [
  "rast",
  { name = "rast", label = "none", weight = 0 },
  { name = "rast", label = "twice", weight = 2, before = "base" },
  "contrastive",
]"""
CONTRASTIVE = (EXAMPLES / "contrastive.py").read_text()
PAGE = (EXAMPLES.parent / "authors" / "decoder.md").read_text()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("decoders")
    file = micro_suite(folder, plugins={"contrastive.py": CONTRASTIVE}, top=DECODERS)
    return run_suite(file, folder / "store")


def samples(results: Results, role: Role) -> list[Sample]:
    (cell,) = results.cells
    return read_samples(results.folder(cell.keys[role]))


def test_no_shift_is_the_model_before_rft_and_a_whole_one_that_after_it(results: Results) -> None:
    before, after = samples(results, pre("test-id")), samples(results, post("test-id"))
    assert before != after
    assert samples(results, decoded("none", "test-id")) == before
    assert samples(results, decoded("rast", "test-id")) == after
    assert samples(results, decoded("twice", "test-id")) not in (before, after)


def test_the_page_shows_the_example_which_draws_other_answers(results: Results) -> None:
    assert f"```python\n{CONTRASTIVE}```" in PAGE
    after = samples(results, post("test-id"))
    found = samples(results, decoded("contrastive", "test-id"))
    assert [one.problem for one in found] == [one.problem for one in after]
    assert found != after
