"""Sets the global random state; no other module does."""

from __future__ import annotations

import random

import numpy as np
import torch


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and torch in this process and ask torch for deterministic kernels.

    Called once per stage; trainers get the same seed through their configuration.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Filling every new buffer costs half the time of a small model's step and decides nothing.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def trainer_seed(seed: int) -> int:
    """A seed in the range that transformers' trainers accept (32 bits)."""
    return seed % 2**31
