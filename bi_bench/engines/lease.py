"""The lease: which CPUs and GPUs are free."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api.engine import Resources
from bi_bench.api.errors import UserError


class Lease:
    """Counts CPUs, hands out GPUs by device id (as CUDA_VISIBLE_DEVICES writes them)."""

    def __init__(self, cpus: int, devices: Sequence[str]) -> None:
        self._cpus = self._free_cpus = cpus
        self._devices = tuple(devices)
        self._free_devices = list(devices)

    def take(self, need: Resources) -> tuple[str, ...] | None:
        """The device ids of a granted lease; ``None`` if something is not free now."""
        if need.cpus > self._free_cpus or need.gpus > len(self._free_devices):
            return None
        self._free_cpus -= need.cpus
        granted = self._free_devices[: need.gpus]
        del self._free_devices[: need.gpus]
        return tuple(granted)

    def give_back(self, need: Resources, devices: Sequence[str]) -> None:
        """Return what :meth:`take` granted."""
        self._free_cpus += need.cpus
        self._free_devices.extend(devices)
        self._free_devices.sort(key=self._devices.index)


def visible_devices(count: int, setting: str | None) -> tuple[str, ...]:
    """The ids of ``count`` GPUs, out of those that a CUDA_VISIBLE_DEVICES setting leaves.

    Raises:
        UserError: the setting leaves fewer.
    """
    if setting is None:
        return tuple(str(index) for index in range(count))
    ids = tuple(part.strip() for part in setting.split(",") if part.strip())
    if len(ids) < count:
        raise UserError(
            f"{count} GPUs are requested, but CUDA_VISIBLE_DEVICES={setting} leaves {len(ids)}"
        )
    return ids[:count]
