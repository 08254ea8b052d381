"""Writes the model cards of a run, a folder for each checkpoint, and uploads them to the hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.artifacts.files import write_text
from bi_bench.artifacts.role import post
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.report.content.rows import published_report
from bi_bench.report.data.paths import without_paths
from bi_bench.report.data.results import Results
from bi_bench.report.exports.card import eval_results, model_card
from bi_bench.report.exports.checkpoints import read_checkpoints

CARD = "README.md"
EVAL_RESULTS = ".eval_results"


def write_cards(results: Results, out: Path, dataset: str, task: str, split: str) -> Iterator[Path]:
    """Write a folder below ``out`` for each checkpoint: its card; yields the folders.

    With ``dataset``, a benchmark of the hub, and its ``task``, a folder holds the score on ``split``
    too. UserError where no checkpoint is finished, and where none has that score.
    """
    report = published_report(_without_paths(results))
    written, scored = False, False
    for checkpoint in read_checkpoints(results):
        folder = out / checkpoint.slug
        write_text(folder / CARD, without_paths(model_card(checkpoint, report)))
        for row in checkpoint.rows:
            if dataset and row.split == split and row.greedy is not None:
                created = results.stage(checkpoint.cell.keys[post(split)]).created
                file = folder / EVAL_RESULTS / f"{checkpoint.slug}.yaml"
                write_text(file, eval_results(row, dataset, task, created[:10]))
                scored = True
        written = True
        yield folder
    if not written:
        raise UserError(f"{results.name}: no cell is trained and evaluated")
    if dataset and not scored:
        raise UserError(f'{results.name}: no checkpoint has a score on split "{split}"')


def check_token() -> None:
    """UserError unless the hub's own configuration holds a token."""
    from huggingface_hub import get_token

    if not get_token():
        raise UserError(
            "--push needs a token of the Hugging Face hub, and none was found; run `hf auth login`, "
            "or set HF_TOKEN. Nothing was written"
        )


def push_cards(folders: Iterable[Path], owner: str) -> Iterator[str]:
    """Upload each folder to ``owner/NAME``, private if it is new, and yield that; no weights."""
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    api = HfApi()
    for folder in folders:
        repository = f"{owner}/{folder.name}"
        try:
            api.create_repo(repository, private=True, exist_ok=True)
            api.upload_folder(repo_id=repository, folder_path=folder)
        except (HfHubHTTPError, OfflineModeIsEnabled, httpx.HTTPError, OSError) as error:
            raise UserError(f"{repository}: {type(error).__name__}: {error}") from None
        yield repository


def _without_paths(results: Results) -> Results:
    """The same with a record that names no path of this machine."""
    record = RunRecord.model_validate(without_paths(results.record.to_json()))
    return Results(record, results.store, results.name)
