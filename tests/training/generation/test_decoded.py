"""Logits of several checkpoints, combined by a decoder, are what the sampler draws from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch

from bi_bench.api import CheckpointOf, Decoder, Decoding, Logits, UserError
from bi_bench.api.errors import PluginError
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.generation.decoded import Decoded, load_decoded
from bi_bench.training.generation.forward import Mixture
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.generation.sampler import Rows, sample
from bi_bench_plugins.models.tiny import Tiny

TINY = Tiny().source().folder or Path()
PROMPTS = [[3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]


class Mean(Decoder):
    """The mean of two checkpoints, or what a test puts in its place."""

    name = "mean"
    combine: Callable[[Logits, Logits], Logits] = staticmethod(lambda a, b: (a + b) / 2)

    def checkpoints(self) -> Mapping[str, CheckpointOf]:
        return {"one": CheckpointOf("sft"), "other": CheckpointOf("rft")}

    def logits(self, given: Mapping[str, Logits]) -> Logits:
        return type(self).combine(given["one"], given["other"])


def loaded(decoder: Decoder, one: Path = TINY, other: Path = TINY) -> Decoded:
    return load_decoded(decoder, {"one": (one, None), "other": (other, None)}, Numerics())


def drawn(mixture: Mixture, temperature: float = 1.0) -> Rows:
    return sample(mixture, PROMPTS, Decoding(12, temperature), end=1, group=2, seed=3, batch=2)


def test_a_mixture_of_one_model_with_itself_is_that_model() -> None:
    found = loaded(Mean())
    model = found.checkpoints["one"].model
    assert found.checkpoints["other"].model is model, "one folder is loaded once"
    alone = sample(model, PROMPTS, Decoding(12), end=1, group=2, seed=3, batch=2)
    assert drawn(found.mixture) == alone


def test_every_step_is_drawn_from_the_combined_logits(tmp_path: Path) -> None:
    other = shutil.copytree(TINY, tmp_path / "other")
    found = loaded(Mean(), other=other)
    one, changed = (checkpoint.model for checkpoint in found.checkpoints.values())
    torch.manual_seed(1)
    alike = []
    with torch.no_grad():
        for parameter in changed.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        for prompt, row in zip(PROMPTS, drawn(found.mixture, 0.0)[::2], strict=True):
            ids = torch.tensor([prompt + row])
            first, second = (
                m(input_ids=ids).logits[0, len(prompt) - 1 : -1] for m in (one, changed)
            )
            assert ((first + second) / 2).argmax(-1).tolist() == row
            alike += [row in (first.argmax(-1).tolist(), second.argmax(-1).tolist())]
    assert not all(alike), "one model alone would have drawn the same"


@pytest.mark.parametrize(
    ("combine", "message"),
    [
        (lambda a, b: a[:, :-1], r"decoder mean: TypeError: logits must return .* \(1, \d+\)"),
        (lambda a, b: None, "decoder mean: TypeError: logits must return a tensor"),
        (lambda a, b: a + float("nan"), "decoder mean: ValueError: logits must leave each row"),
        (lambda a, b: a - float("inf"), "decoder mean: ValueError: logits must leave each row"),
        (lambda a, b: a.no_such_thing, "decoder mean: AttributeError"),
    ],
)
def test_other_results_name_the_decoder(
    combine: Callable[[Logits, Logits], Logits], message: str
) -> None:
    broken = type("Broken", (Mean,), {"name": "mean", "combine": staticmethod(combine)})
    with pytest.raises(PluginError, match=message):
        drawn(loaded(broken()).mixture)


def test_checkpoints_that_read_other_tokens_are_refused(tmp_path: Path) -> None:
    found = loaded(Mean())
    found.check(["p"], ["n1 6 . n1"], Prompting(), 8)
    other = shutil.copytree(TINY, tmp_path / "other")
    file = other / "tokenizer.json"
    text = file.read_text()
    swapped = text.replace('"▁square": 522', '"▁square": 523').replace('"▁not": 523', '"▁not": 522')
    assert swapped != text
    file.write_text(swapped)
    with pytest.raises(UserError, match='"one" and "other" have different vocabularies'):
        loaded(Mean(), other=other).check(["p"], ["n1 6 . n1"], Prompting(), 8)
