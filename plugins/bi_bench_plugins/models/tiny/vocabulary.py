"""The fixed vocabulary of the tiny model: one token per word of the embedded benchmarks.

Changing anything here makes every shipped checkpoint unreadable: add words by renaming a reserved
token in a new version of the model, never in place.
"""

from __future__ import annotations

import string
from typing import Any

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"
SPECIAL = (PAD, BOS, EOS)
RESERVED = tuple(f"<reserved_{index}>" for index in range(64))
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
DIGITS = tuple(string.digits)

NAMES = tuple(string.ascii_letters)
NUMBERS = tuple(str(number) for number in range(100))
SIGNS = tuple(".:;,?!=+-*/^%()[]<>|")
MARKERS = ("<think>", "</think>", "<answer>", "</answer>")
STEPS = ("try", "need", "back", "recall", "so", "check")
WORDS = ("answer", "value", "of", "is", "and", "sqrt", "square", "not", "known")

SPACE = "\u2581"  # stands for the blank in front of a word


def embedded_words() -> tuple[str, ...]:
    """All words that are one token each, without the blank in front."""
    return (*NUMBERS, *NAMES, *SIGNS, *MARKERS, *STEPS, *WORDS)


def tokens() -> tuple[str, ...]:
    """Every token in the order of its id."""
    words = (SPACE + word for word in embedded_words())
    return (*SPECIAL, *RESERVED, *BYTES, SPACE, *DIGITS, *words)


def build_tokenizer() -> Any:
    """The tokenizer as a ``PreTrainedTokenizerFast``: words as one token, anything else as bytes.

    A blank separates words and belongs to the word after it; text comes back unchanged except
    that leading blanks are lost. The beginning-of-sequence token is put in front of prompts.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: index for index, token in enumerate(tokens())}
    model = models.BPE(vocab=vocabulary, merges=[], byte_fallback=True, ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in (*SPECIAL, *RESERVED)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Sequence(
        [decoders.ByteFallback(), decoders.Metaspace(SPACE, prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, vocabulary[BOS])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
