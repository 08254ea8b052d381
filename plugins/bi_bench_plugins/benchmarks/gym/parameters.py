"""The parameters of the datasets of reasoning-gym."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import pydantic
from pydantic import Field

from bi_bench.api import Parameters, UserError

PACKAGE = "reasoning-gym"


class GymParameters(Parameters):
    """A dataset, its settings, and the version of the package, which is found out if not given."""

    dataset: str = Field(description="name of the dataset", examples=["basic_arithmetic"])
    config: dict[str, Any] = Field(
        default={}, description="settings of the dataset, all but seed and size"
    )
    config_ood: dict[str, Any] = Field(
        default={}, description="settings that differ in test-ood; empty: there is no test-ood"
    )
    package: str = Field(default="", description="version of reasoning-gym; filled in")

    @pydantic.model_validator(mode="before")
    @classmethod
    def _installed(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        try:
            found = importlib.metadata.version(PACKAGE)
        except importlib.metadata.PackageNotFoundError:
            raise UserError(
                f"{PACKAGE} is not installed; pip install 'bi-bench[{PACKAGE}]'"
            ) from None
        if data.get("package") not in (None, "", found):
            raise UserError(
                f"{PACKAGE} {data['package']} was planned with, {found} is installed: its problems "
                "may be others; plan and run again, or install that version"
            )
        return {**data, "package": found}

    @pydantic.field_validator("config", "config_ood")
    @classmethod
    def _not_ours(cls, config: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted({"seed", "size"} & config.keys()):
            raise ValueError(f"{taken[0]} is set by bi_bench; leave it out")
        return config
