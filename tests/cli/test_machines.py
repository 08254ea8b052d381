from __future__ import annotations

import platform

from bi_bench.cli.run import _machines
from bi_bench.machine.hardware import kind_of_machine
from bi_bench.store import Store


def test_the_kind_of_a_machine_names_what_results_depend_on_and_not_the_machine():
    kind = kind_of_machine()
    assert kind["python"] == platform.python_version()
    assert all(kind.values())
    assert platform.node() not in str(kind).split()


def test_a_run_names_every_machine_that_computed_for_it_and_none_that_only_printed(tmp_path):
    store, elsewhere = Store(tmp_path), {"cpu": "another"}
    assert _machines(store, "math-1a", computes=False) == []
    store.write_run("math-1a", {"stages": [], "machines": [elsewhere]})
    assert _machines(store, "math-1a", computes=False) == [elsewhere]
    both = _machines(store, "math-1a", computes=True)
    assert both == [elsewhere, kind_of_machine()]
    store.write_run("math-1a", {"stages": [], "machines": both})
    assert _machines(store, "math-1a", computes=True) == both
