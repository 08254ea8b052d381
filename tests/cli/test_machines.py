from __future__ import annotations

from pathlib import Path

from bi_bench.cli.run import _machines
from bi_bench.machine.hardware import kind_of_machine
from bi_bench.store import Store
from tests.factories import run_record


def test_a_run_names_every_machine_that_computed_for_it_and_none_that_only_printed(
    tmp_path: Path,
) -> None:
    store, elsewhere = Store(tmp_path), {"cpu": "another"}
    assert _machines(store, "math-1a", computes=False) == []
    store.write_run("math-1a", run_record(machines=[elsewhere]))
    assert _machines(store, "math-1a", computes=False) == [elsewhere]
    both = _machines(store, "math-1a", computes=True)
    assert both == [elsewhere, kind_of_machine()]
    store.write_run("math-1a", run_record(machines=both))
    assert _machines(store, "math-1a", computes=True) == both
