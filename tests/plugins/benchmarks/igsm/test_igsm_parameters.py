"""What a suite may say about iGSM, and what it is told when it says something else."""

from __future__ import annotations

import tomllib
from typing import Literal

import pydantic
import pytest

from bi_bench_plugins.benchmarks.igsm import IGSMParameters


def test_toml_lists_become_ranges() -> None:
    table = tomllib.loads('tier = "embedded"\nops = [2, 5]\nops_test = [5, 5]\nmodulus = 23')
    params = IGSMParameters.model_validate(table)
    assert params.ops == (2, 5)
    assert params.ops_of("test-id") == (5, 5)
    assert params.ops_of("val") == params.ops_of("probe") == (2, 5)


@pytest.mark.parametrize(
    ("tier", "modulus", "expected"),
    [
        ("natural", None, None),
        ("embedded", None, 7),
        ("natural", 23, 23),
        ("embedded", 0, None),
        ("embedded", 7, 7),
    ],
)
def test_modulus(
    tier: Literal["natural", "embedded"], modulus: int | None, expected: int | None
) -> None:
    assert IGSMParameters(tier=tier, modulus=modulus).arithmetic == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ops": [5, 2]}, "1 <= fewest <= most <= 40"),
        ({"ops": [0, 2]}, "1 <= fewest"),
        ({"ops_ood": [20, 41]}, "most <= 40"),
        ({"ops": ["2", "5"]}, "valid integer"),
        ({"ops": [2]}, "Field required"),
        ({"modulus": 1}, "write 0 for integers"),
        ({"modulus": -2}, "greater than or equal to 0"),
        ({"answer_bound": 0}, "greater than or equal to 1"),
        ({"zero_filter": 1.5}, "less than or equal to 1"),
        ({"tier": "spoken"}, "natural"),
        ({"tier": "embedded", "box": "first"}, "has no boxes"),
        ({"order": "random"}, "topological"),
        ({"opps": [2, 5]}, "Extra inputs"),
    ],
)
def test_mistakes_are_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        IGSMParameters.model_validate(wrong)
