"""The tables of docs/grading.md are the data of these tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bi_bench_plugins.benchmarks.word_problems.answers import same
from bi_bench_plugins.benchmarks.word_problems.extract import final_answer

PAGE = (Path(__file__).parents[4] / "docs" / "grading.md").read_text(encoding="utf-8")
PAIRS = re.findall(r"`([^`\n]+)` (=|≠) `([^`\n]+)`", PAGE)
TEXTS = re.findall(r"`([^`\n]+)` → (?:`([^`\n]+)`|(none|contradictory))", PAGE)


def test_the_page_has_its_examples() -> None:
    assert len(PAIRS) > 120
    assert len(TEXTS) > 15


@pytest.mark.parametrize(("answer", "sign", "reference"), PAIRS)
def test_answers_are_equal_or_not_as_the_page_says(answer: str, sign: str, reference: str) -> None:
    assert same(answer, reference) is (sign == "=")


@pytest.mark.parametrize(("text", "answer", "verdict"), TEXTS)
def test_the_final_answer_is_what_the_page_says(text: str, answer: str, verdict: str) -> None:
    found = final_answer(text.replace("⏎", "\n"))
    assert found == (answer or None, verdict == "contradictory")
