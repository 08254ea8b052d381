from __future__ import annotations

import platform

from bi_bench.machine.hardware import kind_of_machine, parse_gpus


def test_the_kind_of_a_machine_names_what_results_depend_on_and_not_the_machine() -> None:
    kind = kind_of_machine()
    assert kind["python"] == platform.python_version()
    assert all(kind.values())
    assert platform.node() not in str(kind).split()


def test_gpus_are_read_from_the_driver() -> None:
    text = "NVIDIA H200, 143771\nNVIDIA A, B, [N/A]\n"
    assert parse_gpus(text) == (("NVIDIA H200", 150.8), ("NVIDIA A, B", 0.0))
    assert parse_gpus("no devices were found\n") == ()
