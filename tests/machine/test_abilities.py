from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bi_bench.machine.abilities import abilities, findings
from bi_bench.machine.hardware import Machine
from bi_bench.machine.packages import Package, check, installed_versions, required_names

LINES = [
    "torch>=2.11",
    "trl<1.17,>=1.16",
    "transformers<5.18,>=5.10.4",
    "vllm<0.32,>=0.22; extra == 'vllm'",
    "pytest>=9; extra == 'dev'",
    'old; python_version < "3"',
]
GOOD = {"torch": "2.13.0+cpu", "trl": "1.16.0", "transformers": "5.17.0"}
LAPTOP = Machine("3.11.9", 4, 16.0, 100.0, True, (), "")
SERVER = replace(LAPTOP, gpus=(("NVIDIA H200", 150.8),), torch_cuda="13.0")


def statuses(installed: dict[str, str], **others: list[str]) -> dict[str, str]:
    return {row.name: row.status for row in check(LINES, installed, others)}


def test_version_ranges_come_from_the_package_metadata() -> None:
    assert statuses(GOOD) == {
        "torch": "ok",
        "trl": "ok",
        "transformers": "ok",
        "vllm": "optional",
    }
    assert statuses({**GOOD, "trl": "1.17.0"})["trl"] == "clash"
    assert statuses({**GOOD, "transformers": "5.23.0"})["transformers"] == "clash"
    assert statuses({**GOOD, "vllm": "0.32.0"})["vllm"] == "clash"
    assert statuses({"torch": "2.11.0"})["trl"] == "missing"


def test_requirements_between_installed_packages_are_checked() -> None:
    rows = check(LINES, {**GOOD, "vllm": "0.31.0", "torch": "2.12.0"}, {"vllm": ["torch==2.13.0"]})
    (clash,) = [row for row in rows if row.status == "clash"]
    assert clash.reason == "needed so by vllm 0.31.0"
    assert clash.mend == "pip install 'torch==2.13.0'"
    assert statuses({**GOOD, "vllm": "0.31.0"}, vllm=["torch==2.13.0"])["torch"] == "ok"


def test_ray_is_checked_if_it_is_installed() -> None:
    assert "ray" not in statuses(GOOD)
    assert statuses({**GOOD, "ray": "2.49.2"})["ray"] == "ok"
    assert statuses({**GOOD, "ray": "2.60.0"})["ray"] == "clash"


def test_a_missing_package_stops_everything_and_a_clash_does_not() -> None:
    rows = check(LINES, {"torch": "2.13.0", "trl": "1.20.0"}, {})
    found = {finding.message: finding for finding in findings(LAPTOP, rows, True)}
    assert found["transformers is not installed"].stops
    assert found["transformers is not installed"].mend == (
        "pip install 'transformers<5.18,>=5.10.4'"
    )
    assert not found["trl 1.20.0 is not <1.17,>=1.16"].stops


@pytest.mark.parametrize(
    ("changes", "message", "stops"),
    [
        ({"python": "3.10.4"}, "Python 3.10.4 is too old", True),
        ({"disk_writable": False}, "the store cannot be written", True),
        ({"disk_free_gb": 0.1}, "the store cannot be written", True),
        ({"disk_free_gb": 2.0}, "only 2 GB of disk are free", False),
        ({"gpus": (("GPU", 0.0),)}, "built for the CPU alone", False),
    ],
)
def test_findings_of_a_machine(changes: dict[str, Any], message: str, stops: bool) -> None:
    (found,) = findings(replace(LAPTOP, **changes), check(LINES, GOOD, {}), True)
    assert message in found.message
    assert found.stops == stops


def test_abilities_of_a_laptop_and_a_server() -> None:
    rows = check(LINES, GOOD, {})
    laptop = {each.what: each for each in abilities(LAPTOP, rows, [])}
    embedded = "suites of the embedded model (smoke, math)"
    assert laptop[embedded] == (embedded, True, "4 stages at a time")
    assert laptop["hub models on a GPU"].why == "no GPU"
    vllm = laptop['vLLM (defaults.rollouts.engine = "vllm")']
    assert vllm[1:] == (False, "not installed: pip install 'bi-bench[vllm]'")
    together = "training by several processes (defaults.numerics.processes)"
    assert laptop[together][1:] == (True, "on the CPU alone: no GPU that torch sees")
    two = replace(SERVER, gpus=SERVER.gpus * 2)
    assert {each.what: each.why for each in abilities(two, rows, [])}[together] == (
        "up to 2, a GPU each"
    )
    rows = check(LINES, {**GOOD, "vllm": "0.31.0"}, {})
    server = {each.what: each.possible for each in abilities(SERVER, rows, [])}
    assert all(server.values())
    small = replace(LAPTOP, memory_gb=0.5)
    assert not next(iter(abilities(small, rows, []))).possible


def test_nothing_can_be_run_without_an_installation() -> None:
    found = list(findings(LAPTOP, [], known=False))
    assert [finding.stops for finding in found] == [True]
    assert [each.possible for each in abilities(LAPTOP, [], found)] == [False]


def test_only_what_is_installed_has_a_version() -> None:
    assert required_names(LINES) == ["torch", "trl", "transformers", "vllm", "ray"]
    assert "no-such-package" not in installed_versions(["torch", "no-such-package"])
    assert Package("torch", "2.13.0", ">=2.11", "ok").mend == ""
