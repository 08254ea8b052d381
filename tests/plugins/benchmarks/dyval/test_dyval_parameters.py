"""What a suite may say about DyVal, and what it is told when it says something else."""

from __future__ import annotations

import tomllib
from typing import Literal

import pydantic
import pytest

from bi_bench_plugins.benchmarks.dyval import DyValParameters


def test_toml_lists_become_ranges_and_operators() -> None:
    table = tomllib.loads('depth = [2, 5]\ndepth_test = [5, 5]\noperators = ["+", "sqrt"]')
    params = DyValParameters.model_validate(table)
    assert params.depth_of("test-id") == (5, 5)
    assert params.depth_of("val") == params.depth_of("probe") == (2, 5)
    assert params.operations == ("+", "sqrt")


@pytest.mark.parametrize(
    ("tier", "modulus", "arithmetic", "real", "leaf"),
    [
        ("natural", None, None, True, 10),
        ("natural", 23, 23, False, 10),
        ("embedded", None, 7, False, 6),
        ("embedded", 0, None, False, 10),
        ("natural", 2, 2, False, 1),
    ],
)
def test_arithmetic(
    tier: Literal["natural", "embedded"],
    modulus: int | None,
    arithmetic: int | None,
    real: bool,
    leaf: int,
) -> None:
    params = DyValParameters(tier=tier, modulus=modulus)
    assert (params.arithmetic, params.real, params.largest_leaf) == (arithmetic, real, leaf)
    assert real == ("/" in params.operations)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"depth": [5, 2]}, "2 <= fewest <= most <= 8"),
        ({"depth": [1, 2]}, "2 <= fewest"),
        ({"depth_ood": [8, 9]}, "most <= 8"),
        ({"depth": ["2", "5"]}, "valid integer"),
        ({"depth": [2]}, "Field required"),
        ({"children": 1}, "greater than or equal to 2"),
        ({"extra_links": 4}, "less than or equal to 3"),
        ({"operators": []}, "name one or more of +, -, *, /, sqrt, square, each once"),
        ({"operators": ["+", "+"]}, "each once"),
        ({"operators": ["%"]}, "Input should be"),
        ({"modulus": 1}, "write modulus = 0"),
        ({"modulus": 7, "operators": ["/"]}, "no quotients and roots modulo"),
        ({"tier": "embedded", "operators": ["+", "/"]}, 'write tier = "natural", or leave / and'),
        ({"tier": "embedded", "modulus": 0, "operators": ["sqrt"]}, "integers alone"),
        ({"bound": 10}, "greater than 10"),
        ({"children": 5}, "5 levels of 5 children have up to 781 quantities, 255 at most"),
        (
            {"tier": "embedded", "operators": ["+"], "depth_ood": [6, 6]},
            "at least 63 quantities, and the embedded tier has names for 52; lower depth",
        ),
        ({"description_order": "shuffled"}, "topological"),
        ({"tier": "spoken"}, "natural"),
        ({"deepth": [2, 5]}, "Extra inputs"),
    ],
)
def test_mistakes_are_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(pydantic.ValidationError) as error:
        DyValParameters.model_validate(wrong)
    assert message in str(error.value)
