"""The base class of decoders: methods that combine the logits of checkpoints while an answer is drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from bi_bench.api.plugin import P, Plugin

if TYPE_CHECKING:
    from torch import Tensor

Logits: TypeAlias = "Tensor"
"""Next-token logits in float32, shape (rows, vocabulary)."""

CheckpointRole = Literal["base", "sft", "rft"]
CHECKPOINT_ROLES: tuple[CheckpointRole, ...] = get_args(CheckpointRole)


@dataclass(frozen=True, slots=True)
class CheckpointOf:
    """A checkpoint of a cell: the base model, or the model after SFT or after RFT.

    ``model``, ``strategy`` and ``algorithm`` are labels of the suite, for a cell that differs there from
    the one that is evaluated; empty where it does not. Benchmark and seed are the same.
    """

    role: CheckpointRole
    model: str = ""
    strategy: str = ""
    algorithm: str = ""


class Decoder(Plugin[P], ABC):
    """A decode-time method over one or more checkpoints, evaluated next to the checkpoints of a cell.

    It serves causal models, which read the same tokens: their tokenizers must agree.
    """

    @abstractmethod
    def checkpoints(self) -> Mapping[str, CheckpointOf]:
        """The checkpoints that it reads, by names of its own; at least one. Needs no torch."""

    @abstractmethod
    def logits(self, given: Mapping[str, Logits]) -> Logits:
        """The logits that the next token is drawn from, a row an answer; temperature comes later.

        ``given`` has those of each checkpoint, by the names of :meth:`checkpoints`, all cut to the
        smallest vocabulary among them. They must not be changed in place.
        """
