"""Training by several processes at once, as `accelerate launch` starts them."""

from __future__ import annotations

import os

import torch


def count() -> int:
    """How many processes train together; 1 unless a launcher says more."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """The number of this process among them, from 0."""
    return int(os.environ.get("RANK", "0"))


def total(number: int) -> int:
    """The sum over all processes, each of which calls this; the number itself where there is one."""
    if count() == 1:
        return number
    device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
    summed = torch.tensor([number], device=device)
    torch.distributed.all_reduce(summed)
    return int(summed.item())
