"""Stop texts: they end a completion and stay in it, such as a closing answer tag."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transformers import PreTrainedTokenizerBase

Stop = Callable[[Sequence[int]], bool]

_MARGIN = 4  # tokens: a decoder may drop the space in front of the first


def stopper(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> Stop | None:
    """A function that tells whether token ids end in one of the texts; None without texts.

    It is called after every token: only the end is decoded. A token has at least one byte of text, so
    as many tokens as the longest text has bytes are enough. The texts may be special tokens.
    """
    if not texts:
        return None
    tail = max(len(text.encode()) for text in texts) + _MARGIN

    def stop(ids: Sequence[int]) -> bool:
        end = str(tokenizer.decode(list(ids[-tail:]), skip_special_tokens=False))
        return any(text in end for text in texts)

    return stop
