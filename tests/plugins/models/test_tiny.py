from __future__ import annotations

import hashlib
import json
import random
from itertools import islice
from pathlib import Path

import pytest

from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny
from bi_bench_plugins.models.tiny.recipe import copy, documents
from bi_bench_plugins.models.tiny.vocabulary import build_tokenizer, embedded_words, tokens

FOLDER = Path(str(Tiny().source().folder))
# A version is never replaced in place: other weights are another version.
DIGEST = "428943d25719a6b2ba3c93fecd6a49a7f5108dd1cf59bd2519b4e0c197893838"


@pytest.fixture(scope="module")
def benchmark() -> IGSM:
    return IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (3, 8)}))


def test_the_shipped_weights_are_the_ones_of_this_version() -> None:
    assert hashlib.sha256((FOLDER / "model.safetensors").read_bytes()).hexdigest() == DIGEST


def test_the_shipped_tokenizer_is_the_one_the_vocabulary_describes() -> None:
    from transformers import AutoTokenizer

    shipped = AutoTokenizer.from_pretrained(FOLDER)
    assert shipped.get_vocab() == build_tokenizer().get_vocab()
    assert len(shipped) == len(tokens())


def test_every_word_of_the_embedded_benchmark_is_one_token(benchmark: IGSM) -> None:
    tokenizer = build_tokenizer()
    known = set(embedded_words())
    for problem in benchmark.problems("sft", 200, random.Random(0)):
        plan = benchmark.plan(problem, random.Random(1))
        assert plan is not None
        text = f"{benchmark.ask(problem)} {benchmark.speak(problem, plan, 'w').text}"
        assert set(text.split()) <= known
        assert len(tokenizer(text)["input_ids"]) == len(text.split()) + 1


@pytest.mark.parametrize("text", ["hello w\u00f6rld", "a\nb  c", "12345 -7", "<think>x", "\u2581"])
def test_anything_else_is_spelt_in_bytes_and_comes_back(text: str) -> None:
    tokenizer = build_tokenizer()
    again = tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True)
    assert again == text.replace("\u2581", " ").lstrip(" ")


def test_the_pretraining_text_contains_every_token() -> None:
    rng = random.Random(0)
    seen = {token for _ in range(3000) for text, _ in copy(rng) for token in text}
    assert seen == set(tokens()[3:])


def test_the_pretraining_text_shows_no_injected_step(benchmark: IGSM) -> None:
    solved = 0
    for parts in islice(documents(benchmark, 0, pool=100), 600):
        said = "".join(token for text, learnt in parts for token in text if learnt)
        if said.count("</answer>") > 1 and "reserved" not in said:
            solved += 1
            assert not any(word in said for word in ("\u2581try", "\u2581back", "\u2581recall"))
    assert solved > 200


def test_the_card_says_what_it_is() -> None:
    card = (FOLDER / "README.md").read_text()
    assert "before SFT" in card
    config = json.loads((FOLDER / "config.json").read_text())
    assert config["model_type"] == "lfm2"
