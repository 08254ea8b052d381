from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.artifacts.problems import write_problems
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import TrainingJob
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, train_sft
from bi_bench_plugins.analyses.completion import Completion, CompletionParameters, common, cuts
from bi_bench_plugins.analyses.intervals import mean_difference, share_difference
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.word_problems import GSM8K
from bi_bench_plugins.benchmarks.word_problems.gsm8k import GSM8KParameters
from tests.plugins.analyses.conftest import Measure


@pytest.fixture
def inputs(tmp_path: Path, igsm: IGSM, tiny: Path) -> dict[str, Path]:
    folder = tmp_path / "test"
    folder.mkdir()
    write_problems(folder, list(igsm.problems("test-id", 16, random.Random(3))))
    return {"base": tiny, "problems/test-id": folder}


def test_the_shipped_model_knows_no_question_by_heart(
    measure: Measure, inputs: dict[str, Path]
) -> None:
    test, fresh, difference = measure("completion", inputs)
    assert [row["questions"] for row in (test, fresh, difference)] == [
        "test",
        "fresh",
        "test - fresh",
    ]
    assert (test["n"], fresh["n"], difference["n"]) == (16, 16, 32)
    assert test["exact"] == fresh["exact"] == 0
    assert 0 < test["overlap"] < 1
    assert difference["overlap"] == pytest.approx(test["overlap"] - fresh["overlap"])
    assert "exact: interval includes zero" in difference["verdict"]
    (low, high), _ = difference["interval"]
    assert low < 0 < high


def test_a_model_that_has_learnt_the_test_by_heart_is_found_out(
    measure: Measure, inputs: dict[str, Path], igsm: IGSM, tmp_path: Path, tiny: Path
) -> None:
    checkpoint = Checkpoint.load(tiny, Numerics())
    questions = [p.question for p in igsm.problems("test-id", 16, random.Random(3))]
    learnt = list(cuts(questions, 0.6))
    settings = SFTSettings(40, 16, 3e-3, "constant", 0.0, 0.0, 1.0, 512, 16, False, "response")
    shown = Demonstrations(
        [cut.beginning for cut in learnt],
        [question.removeprefix(c.beginning) for question, c in zip(questions, learnt, strict=True)],
    )
    train_sft(TrainingJob(checkpoint, Numerics(), 0, tmp_path / "scratch"), shown, settings)
    checkpoint.save(tmp_path / "leaky")
    test, fresh, difference = measure("completion", {**inputs, "base": tmp_path / "leaky"})
    assert test["exact"] > 0.8
    assert fresh["exact"] < 0.2
    assert difference["verdict"] == (
        "exact: more of the test than of fresh questions; "
        "overlap: more of the test than of fresh questions"
    )


def test_fresh_questions_may_come_from_another_benchmark(
    measure: Measure, inputs: dict[str, Path]
) -> None:
    _, fresh, _ = measure("completion", inputs, problems=2, contrast="dyval-arithmetic")
    assert (fresh["n"], fresh["exact"]) == (2, 0)


def test_fresh_questions_are_none_of_the_test(
    measure: Measure, inputs: dict[str, Path], igsm: IGSM
) -> None:
    # The test as it would be had it been drawn with the fresh questions' own random numbers.
    from bi_bench.api import stream

    same = list(igsm.problems("test-id", 4, stream(0, "completion", "fresh")))
    write_problems(inputs["problems/test-id"], same)
    with pytest.raises(UserError, match="4 test questions and 0 fresh ones"):
        measure("completion", inputs)


def test_a_fixed_test_set_is_declined_unless_there_is_a_contrast() -> None:
    defaults = {"evaluate": {"splits": ["test-id"]}, "data": {"test": 9}}
    gsm8k = GSM8K(GSM8KParameters.model_construct())
    plain, held = Completion(), Completion(CompletionParameters(contrast="igsm"))
    assert "a fixed set" in plain.declines(gsm8k, defaults)
    assert held.declines(gsm8k, defaults) == plain.declines(IGSM(), defaults) == ""
    other = {"evaluate": {"splits": ["test-ood"]}}
    assert plain.declines(IGSM(), other) == "test-id is not evaluated"


def test_a_question_is_cut_between_words_and_kept_as_it_stands() -> None:
    found = list(cuts(["a  b\nc d e ", "one", "x y"], 0.6))
    assert [tuple(cut) for cut in found] == [("a  b\nc", ["d", "e"]), ("x", ["y"])]


def test_longest_common_subsequences() -> None:
    assert common(["a", "b", "c", "d"], ["b", "x", "d"]) == 2
    assert common([], ["a"]) == common(["a"], []) == 0
    assert common(["the", "cat", "sat"], ["the", "cat", "sat"]) == 3


def test_intervals_of_differences() -> None:
    # Newcombe (1998), table II, method 10, of 56/70 and 48/80, and of 10/10 and 0/10.
    first, second = [1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32
    assert share_difference(first, second) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert share_difference([1.0] * 10, [0.0] * 10) == pytest.approx((0.6075, 1.0), abs=1e-4)
    assert mean_difference([0.5] * 3, [0.25] * 4) == (0.25, 0.25)
    low, high = mean_difference([0.1, 0.5, 0.9], [0.2, 0.3, 0.4, 0.5])
    assert low < 0.15 < high


def test_a_hub_model_is_loaded_by_id_and_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bi_bench.api import AnalysisContext
    from bi_bench_plugins.analyses.checkpoints import load_base

    (tmp_path / "source.json").write_text(json.dumps({"hub_id": "some/model", "revision": "abc"}))
    asked: list[tuple[object, ...]] = []

    def none(*_: str) -> list[Any]:
        return []

    monkeypatch.setattr(Checkpoint, "load", lambda *given: asked.append(given))
    numerics = {"device": "cpu", "dtype": "float32", "threads": 1}
    load_base(AnalysisContext({"base": tmp_path}, IGSM(), none, none, numerics=numerics))
    assert asked == [("some/model", Numerics(), "abc")]
