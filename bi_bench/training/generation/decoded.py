"""The checkpoints of a decoder, loaded and checked, as one model that the sampler draws from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import PreTrainedTokenizerBase

from bi_bench.api import Decoder, UserError
from bi_bench.api.boundary import calling
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.context_length import check_context_length
from bi_bench.training.generation.forward import Mixture
from bi_bench.training.generation.prompting import Prompting
from bi_bench.training.tokenization import encode_prompts


class Decoded(NamedTuple):
    """A decoder with its checkpoints, by its own names for them."""

    name: str
    checkpoints: Mapping[str, Checkpoint]
    mixture: Mixture

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """That of the first checkpoint: all agree."""
        return next(iter(self.checkpoints.values())).tokenizer

    def check(
        self, ids: Sequence[str], prompts: Sequence[str], prompting: Prompting, new_tokens: int
    ) -> None:
        """UserError unless all checkpoints read the same tokens, and these leave room for an answer.

        ``prompts`` are those of the benchmark, ``ids`` name its problems.
        """
        first, *others = self.checkpoints
        read = {}
        for name, checkpoint in self.checkpoints.items():
            tokenizer = checkpoint.tokenizer
            shown = prompting.render(tokenizer, prompts)
            check_context_length(checkpoint, ids, shown, new_tokens)
            vocabulary = tokenizer.get_vocab(), tokenizer.eos_token_id
            read[name] = vocabulary, encode_prompts(tokenizer, shown)
        for name in others:
            for what, one, other in zip(_COMPARED, read[first], read[name], strict=True):
                if one != other:
                    raise UserError(
                        f'decoder {self.name}: "{first}" and "{name}" have {what}, so their logits are '
                        "of different tokens; take checkpoints of models with the same tokenizer"
                    )


_COMPARED = ("different vocabularies", "prompts that differ (in the chat template, perhaps)")


def load_decoded(
    decoder: Decoder, sources: Mapping[str, tuple[Path | str, str | None]], numerics: Numerics
) -> Decoded:
    """The decoder with its checkpoints; ``sources`` has folder or hub id, and revision, by its names.

    UserError for checkpoints that cannot be loaded.
    """
    loaded = {  # once, also where a decoder has two names for it
        source: Checkpoint.load(source[0], numerics, source[1]) for source in {*sources.values()}
    }
    checkpoints = {name: loaded[source] for name, source in sources.items()}

    def combine(given: Mapping[str, torch.Tensor]) -> torch.Tensor:
        with calling(f"decoder {decoder.name}", decoder.logits):
            found = decoder.logits(given)
            wanted = next(iter(given.values())).shape
            if not isinstance(found, torch.Tensor) or found.shape != wanted:
                raise TypeError(f"logits must return a tensor of the shape {tuple(wanted)}")
            if not found.amax(-1).isfinite().all():
                raise ValueError(
                    "logits must leave each row a largest one that is a number; here all are minus "
                    "infinity, or some are infinite or no numbers (infinity minus infinity, perhaps)"
                )
        return found.float()

    models = {name: checkpoint.model for name, checkpoint in checkpoints.items()}
    return Decoded(decoder.name, checkpoints, Mixture(models, combine))
