"""Where a verb finds a run: by its name in a store, or in a published record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from bi_bench.store import Store


class Opened(NamedTuple):
    """A run: its name, its record, and a store that holds the results of its stages.

    ``published`` is where the record was read; None for a run in a store.
    """

    name: str
    record: dict[str, Any]
    store: Store
    published: Path | None = None


def open_run(text: str, store: Path) -> Opened:
    """The run that ``text`` means.

    ``text`` is the name of a run in the store, or the beginning of one that no other has, or the
    path of a record.json or of its folder. Names in the store come first. UserError if it means
    nothing, or several runs.
    """
    from bi_bench.api import UserError, did_you_mean
    from bi_bench.store import Store

    shelf = Store(store)
    known = shelf.list_runs()
    names = [text] if text in known else [name for name in known if name.startswith(text)]
    if len(names) == 1:
        return Opened(names[0], shelf.read_run(names[0]), shelf)
    if not names and text and Path(text).exists():
        return _open_published(Path(text))
    problem = "several runs match" if names else "no run matches"
    if not names and ("/" in text or text.endswith(".json")):
        problem = "no such file, and no run matches"
    hint = "" if names else did_you_mean(text, known)
    listed = ", ".join(names or known) or "none"
    if not store.is_dir():
        listed = "none, there is no such folder; `bi-bench run` makes it, --store names another"
    raise UserError(f'{store}: {problem} "{text}"{hint}; runs: {listed}')


def open_union(texts: Sequence[str], store: Path, out: Path | None) -> Opened:
    """Several runs as one, whose report goes to ``out`` (if not given, ``reports/`` in the store).

    UserError where the folder holds anything but a report.
    """
    from bi_bench.api import UserError
    from bi_bench.report.data.merge import Run, join

    runs = {opened.name: opened for opened in (open_run(text, store) for text in texts)}
    names = "+".join(runs)
    folder = out or store / "reports" / names[:100]
    if folder.exists() and not (folder / "report.md").exists() and any(folder.iterdir()):
        raise UserError(f"--out: {folder} holds other files; name a new folder")
    record, shelf = join(
        [Run(each.name, each.record, each.store) for each in runs.values()], folder
    )
    return Opened(names, record, shelf)


def _open_published(path: Path) -> Opened:
    from bi_bench.report.publishing.record import open_record

    record, store = open_record(path)
    names = store.list_runs()
    return Opened(names[0] if names else record["suite"]["name"], record, store, path)
