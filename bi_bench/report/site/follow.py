"""Makes the site of a run again whenever its results have changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from bi_bench.api import UserError
from bi_bench.artifacts.files import read_json
from bi_bench.report.data.results import Results
from bi_bench.report.site.write import SITE_INDEX
from bi_bench.report.write import fingerprint
from bi_bench.store import Store

_EVERY = 3.0  # seconds between two looks at the run


def follow(
    store: Store,
    name: str,
    folder: Path,
    make: Callable[[Results, Path], Path],
    done: Event,
    warn: Callable[[str], None],
) -> None:
    """Look at a run until ``done``; ``make`` writes its site into ``folder``.

    ``warn`` is called with why the site cannot be made, once for each reason.
    """
    reason = ""
    while not done.wait(_EVERY):
        try:
            made = (read_json(folder / SITE_INDEX) or {}).get("fingerprint")
            results = Results(store.read_run(name), store, name)
            if made != fingerprint(results):
                make(results, folder)
            reason = ""
        except (UserError, OSError) as error:
            # A stage may vanish or appear while it is read: the next look finds it settled.
            if str(error) != reason:
                warn(str(error))
            reason = str(error)
