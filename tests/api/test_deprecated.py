"""Names that the API gave up: importable for one more minor version, with a warning."""

from __future__ import annotations

import pytest

import bi_bench.api


def test_the_former_name_of_language_model_warns_and_works() -> None:
    with pytest.warns(DeprecationWarning, match="is now LanguageModel"):
        former = bi_bench.api.BaseModel  # type: ignore[attr-defined]
    assert former is bi_bench.api.LanguageModel
    assert "BaseModel" not in bi_bench.api.__all__


def test_other_names_are_unknown_as_ever() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'BaseModle'"):
        bi_bench.api.BaseModle  # type: ignore[attr-defined]  # noqa: B018
