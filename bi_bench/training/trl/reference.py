"""The reference model of a KL term: the weights that RFT starts from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transformers import PreTrainedModel


@contextmanager
def as_reference(model: PreTrainedModel, folder: Path) -> Iterator[None]:
    """A reference model that TRL loads in this block has the weights of ``model`` as they are now.

    TRL loads the reference by the name in the model's configuration. That is where the weights once
    came from, which need not be what they are now (a model of the hub, an earlier phase); so they
    are written into ``folder``, which lends its name meanwhile.
    """
    model.save_pretrained(folder)
    name = model.config._name_or_path
    model.config._name_or_path = str(folder)
    try:
        yield
    finally:
        model.config._name_or_path = name
