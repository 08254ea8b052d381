"""Checks that a model is causal: the logits at a position depend on the tokens up to it alone."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

from bi_bench.api import UserError

LENGTH = 16  # tokens, of which the last is another one the second time
ROUNDING = 1e-5  # of the largest logit; a causal model differs by less, mostly by nothing


@torch.no_grad()
def check_causal(model: PreTrainedModel, name: str) -> None:
    """UserError if a later token changes earlier logits: training would read what it predicts.

    One forward pass over two rows that differ in their last token. The architecture decides it, so
    weights that were never trained show it too.
    """
    config = model.config.get_text_config()
    words, context = int(config.vocab_size), getattr(config, "max_position_embeddings", None) or 0
    length = min(LENGTH, context) if context > 1 else LENGTH
    row = [(7 * place + words // 2) % words for place in range(length)]
    other = [*row[:-1], (row[-1] + words // 3 + 1) % words]
    mode = model.training
    model.train(False)
    try:
        ids = torch.tensor([row, other], device=model.device)
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits
    finally:
        model.train(mode)
    first, second = logits.float()[:, :-1]
    change = float((first - second).abs().max())
    if not change <= ROUNDING * max(float(first.abs().max()), 1e-6):
        raise UserError(
            f"{name} ({type(model).__name__}) is not a causal language model: another last token "
            f"changes the logits before it by {change:.2g}, so in training it would see what it is to "
            "predict; take a model that reads from left to right"
        )
