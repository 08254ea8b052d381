from __future__ import annotations

import pytest

from bi_bench.api import Benchmark, UserError
from bi_bench.plugins import discover
from bi_bench.suite.single import check_split, single_entry, tables


def test_overrides_become_a_table_for_each_kind() -> None:
    given = tables(["benchmark.ops=[2,3]", "strategy.rate=0.5"], ("benchmark", "strategy"))
    assert given == {"benchmark": {"ops": [2, 3]}, "strategy": {"rate": 0.5}}
    assert tables(None, ("benchmark",)) == {"benchmark": {}}


@pytest.mark.parametrize("override", ["model.size=1", "benchmark=1"])
def test_an_override_outside_the_tables_is_refused_with_what_to_write(override: str) -> None:
    with pytest.raises(UserError, match=r"write benchmark\.KEY=VALUE"):
        tables([override], ["benchmark"])


def test_an_unknown_split_is_refused_with_a_suggestion() -> None:
    assert check_split("test-id") == "test-id"
    with pytest.raises(UserError, match="test-id"):
        check_split("test-di")


def test_another_benchmark_takes_the_parameters_that_it_knows() -> None:
    registered = discover().get(Benchmark, "igsm")
    entry = single_entry(registered, {"modulus": 11}, "benchmark", {"modulus": 7, "unknown": 1})
    assert entry.params.model_dump()["modulus"] == 11
    with pytest.raises(UserError, match=r"--set: benchmark\.moduls"):
        single_entry(registered, {"moduls": 11}, "benchmark")
