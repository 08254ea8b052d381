"""Refuses models whose configuration would run code from the hub."""

from __future__ import annotations

from pathlib import Path

from transformers import PreTrainedConfig

from bi_bench.api import UserError
from bi_bench.api.kernels import hub_kernel


def refuse_kernels(source: Path | str, revision: str | None = None) -> None:
    """UserError if ``config.json`` names a kernel of the hub, which transformers would run.

    A configuration that cannot be read is no error here: loading it is one.
    """
    try:
        config, _ = PreTrainedConfig.get_config_dict(source, revision=revision)
    except (OSError, ValueError):
        return
    if kernel := hub_kernel(config):
        raise UserError(
            f"{source}: config.json has {kernel}, which would run code from the hub; remove the entry"
        )
