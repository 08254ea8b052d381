"""Rebuilds the tiny model from its recipe: ``python -m bi_bench_plugins.models.tiny.build FOLDER``.

One CPU core, about 35 minutes. The shipped weights are never replaced in place: a
changed recipe is a new version in a folder of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.models.tiny.recipe import MODULUS, documents
from bi_bench_plugins.models.tiny.vocabulary import BOS, EOS, PAD, build_tokenizer, tokens

if TYPE_CHECKING:
    from bi_bench.training.pretrain import Document

STEPS, SEED = 7000, 1
OPERATIONS = (1, 3)  # below what any suite asks


def build(folder: Path, steps: int = STEPS, **shape: Any) -> None:
    """Pretrain from scratch and write the checkpoint into ``folder``; prints its progress."""
    import torch
    from transformers import Lfm2Config, Lfm2ForCausalLM

    from bi_bench.training.checkpoint import Checkpoint
    from bi_bench.training.pretrain import Schedule, pretrain
    from bi_bench.training.seeding import seed_everything

    torch.set_num_threads(1)
    seed_everything(SEED)
    vocabulary = {token: index for index, token in enumerate(tokens())}
    layout: dict[str, Any] = {
        "hidden_size": 96,
        "intermediate_size": 256,
        "block_auto_adjust_ff_dim": False,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "conv_L_cache": 3,
        "layer_types": ["conv", "full_attention"] * 2,
        "max_position_embeddings": 2048,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        "initializer_range": 0.06,
        "tie_word_embeddings": True,
        **shape,
    }
    config = Lfm2Config(
        vocab_size=len(vocabulary),
        num_hidden_layers=len(layout["layer_types"]),
        pad_token_id=vocabulary[PAD],
        bos_token_id=vocabulary[BOS],
        eos_token_id=vocabulary[EOS],
        **layout,
    )
    model = Lfm2ForCausalLM(config)
    params = IGSMParameters.model_validate(
        {"tier": "embedded", "modulus": MODULUS, "ops_pretrain": OPERATIONS, "redundant": 2}
    )
    started = time.monotonic()

    def on_step(step: int, loss: float, seen: int) -> None:
        if step % 100 == 0:
            rate = seen / (time.monotonic() - started)
            print(f"step {step}/{steps} loss {loss:.4f} tokens {seen} ({rate:.0f}/s)", flush=True)

    pretrain(model, _encoded(IGSM(params), vocabulary), Schedule(steps=steps), on_step)
    Checkpoint(model, build_tokenizer()).save(folder)


def _encoded(benchmark: IGSM, vocabulary: dict[str, int]) -> Iterator[Document]:
    from bi_bench.training.pretrain import Document

    for parts in documents(benchmark, SEED):
        ids = [vocabulary[token] for text, _ in parts for token in text]
        yield Document(ids, [learnt for text, learnt in parts for _ in text])


if __name__ == "__main__":
    build(Path(sys.argv[1]))
