"""``bi-bench doctor``: checks what this machine can run, which packages clash or are missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption

if TYPE_CHECKING:
    from bi_bench.machine.abilities import Ability, Finding
    from bi_bench.machine.hardware import Machine
    from bi_bench.machine.packages import Package


def doctor(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """Show what this machine can run, which versions clash and what to install; loads no torch."""
    from bi_bench.listing import troubles
    from bi_bench.machine.abilities import Finding, abilities, findings
    from bi_bench.machine.hardware import look
    from bi_bench.machine.packages import (
        check,
        installed_versions,
        own_requirements,
        required_names,
    )
    from bi_bench.plugins import discover

    machine, requirements = look(store), own_requirements("bi-bench")
    names = required_names(requirements)
    others = {name: own_requirements(name) for name in names}
    packages = check(requirements, installed_versions(names), others)
    found = [*findings(machine, packages, bool(requirements))]
    found += [Finding(False, *trouble) for trouble in troubles(discover())]
    able = [*abilities(machine, packages, found)]
    if as_json:
        facts: dict[str, Any] = {
            "machine": asdict(machine),
            "packages": [{**asdict(package), "mend": package.mend} for package in packages],
            "findings": [finding._asdict() for finding in found],
            "abilities": [ability._asdict() for ability in able],
        }
        print(json.dumps(facts))
    else:
        _print(machine, packages, found, able)
    if any(finding.stops for finding in found):
        raise typer.Exit(1)


def _print(
    machine: Machine,
    packages: Sequence[Package],
    found: Sequence[Finding],
    able: Sequence[Ability],
) -> None:
    gpus = ", ".join(f"{name} ({memory:g} GB)" for name, memory in machine.gpus) or "none"
    built = f"CUDA {machine.torch_cuda}" if machine.torch_cuda else "the CPU only"
    print(f"Python {machine.python}, {machine.cores} cores, {machine.memory_gb:g} GB of memory")
    print(f"GPUs: {gpus}; torch is built for {built}")
    print(f"free disk for the store: {machine.disk_free_gb:g} GB")
    good = [f"{package.name} {package.installed}" for package in packages if package.status == "ok"]
    print(f"compatible packages: {', '.join(good) or 'none'}")
    for finding in found:
        print(f"{'ERROR' if finding.stops else 'warning'}: {finding.message}: {finding.mend}")
    for ability in able:
        print(f"{'yes' if ability.possible else 'no ':3} {ability.what}: {ability.why}")
