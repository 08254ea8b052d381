from __future__ import annotations

from pathlib import Path

from bi_bench.engines.remember import remember_run
from bi_bench.machine.hardware import kind_of_machine
from bi_bench.store import Store
from tests.factories import run_record


def test_a_run_names_every_machine_that_computed_for_it_and_none_that_only_printed(
    tmp_path: Path,
) -> None:
    store, elsewhere = Store(tmp_path), {"cpu": "another"}

    def machines(*, computes: bool) -> list[dict[str, str]]:
        found, warnings = remember_run(store, "math-1a", run_record(), computes=computes)
        assert not warnings
        assert store.read_run("math-1a").machines == found.machines
        return list(found.machines)

    assert machines(computes=False) == []
    store.write_run("math-1a", run_record(machines=[elsewhere]))
    assert machines(computes=False) == [elsewhere]
    assert machines(computes=True) == [elsewhere, kind_of_machine()]
    assert machines(computes=True) == [elsewhere, kind_of_machine()]
