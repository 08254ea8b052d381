"""Opens the results of runs: by their name in a store, or in a published record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bi_bench.api import UserError, did_you_mean
from bi_bench.report.data.results import Results
from bi_bench.store import Store


def open_run(text: str, store: Path) -> Results:
    """The run that ``text`` means.

    ``text`` is the name of a run in the store, or the beginning of one that no other has, or the
    path of a record.json or of its folder. Names in the store come first. UserError if it means
    nothing, or several runs.
    """
    shelf = Store(store)
    known = shelf.list_runs()
    names = [text] if text in known else [name for name in known if name.startswith(text)]
    if len(names) == 1:
        return Results(shelf.read_run(names[0]), shelf, names[0])
    if not names and text and Path(text).exists():
        from bi_bench.report.data.record import open_record

        return open_record(Path(text))
    problem = "several runs match" if names else "no run matches"
    if not names and ("/" in text or text.endswith(".json")):
        problem = "no such file, and no run matches"
    hint = "" if names else did_you_mean(text, known)
    listed = ", ".join(names or known) or "none"
    if not store.is_dir():
        listed = "none, no such folder; `bi-bench run` creates it, --store sets another one"
    raise UserError(f'{store}: {problem} "{text}"{hint}; runs: {listed}')


def open_union(texts: Sequence[str], store: Path, out: Path | None) -> Results:
    """Several runs as one, whose report goes to ``out`` (if not given, ``reports/`` in the store).

    UserError where the folder holds anything but a report.
    """
    from bi_bench.report.data.merge import merge

    runs = {results.name: results for results in (open_run(text, store) for text in texts)}
    names = "+".join(runs)
    folder = out or store / "reports" / names[:100]
    if folder.exists() and not (folder / "report.md").exists() and any(folder.iterdir()):
        raise UserError(f"--out: {folder} holds other files; name a new folder")
    return merge(list(runs.values()), folder)


def open_answers(text: str, store: Path) -> Results:
    """A run whose answers are stored; UserError for a published record, which leaves them out."""
    results = open_run(text, store)
    if results.published:
        raise UserError(
            f"{results.published}: published records hold no answers; name the run in its store"
        )
    return results
