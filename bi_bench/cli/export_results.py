"""What ``bi-bench export`` does with the results of a run."""

from __future__ import annotations

from pathlib import Path

from bi_bench.api import UserError
from bi_bench.cli.sources import Opened

CARD = "README.md"
EVAL_RESULTS = ".eval_results"


def write_latex(opened: Opened, out: Path | None) -> None:
    """One file with a table for each evaluation."""
    from bi_bench.report.exports.latex import to_latex
    from bi_bench.report.publishing.publish import published_report
    from bi_bench.store import write_text

    file = out or Path(f"{opened.name}.tex")
    write_text(file, to_latex(published_report(opened.record, opened.store)))
    print(file)


def write_lm_eval(opened: Opened, out: Path | None) -> None:
    """A results file for each checkpoint before and after RFT, in folders as lm-eval makes them."""
    from bi_bench.lm_eval.export_results import write_results
    from bi_bench.report.exports.checkpoints import read_checkpoints

    folder = out or Path(f"{opened.name}-lm-eval")
    versions = opened.record.get("versions", {})
    for checkpoint in read_checkpoints(opened.record, opened.store):
        for file in write_results(checkpoint, opened.store, versions, folder):
            print(file)


def write_cards(
    opened: Opened, out: Path | None, dataset: str, task: str, split: str
) -> list[Path]:
    """A folder for each checkpoint with its card and, for a benchmark of the hub, its score."""
    from bi_bench.report.exports.card import eval_results, model_card
    from bi_bench.report.exports.checkpoints import read_checkpoints
    from bi_bench.report.publishing.paths import without_paths
    from bi_bench.report.publishing.publish import published_report
    from bi_bench.store import write_text

    report = published_report(without_paths(opened.record), opened.store)
    folders = []
    scored = False
    for checkpoint in read_checkpoints(opened.record, opened.store):
        folder = (out or Path(f"{opened.name}-cards")) / checkpoint.slug
        write_text(folder / CARD, without_paths(model_card(checkpoint, report)))
        for row in checkpoint.rows:
            if dataset and row.split == split and row.greedy is not None:
                created = opened.store.record(checkpoint.cell.keys[f"post/{split}"])["created"]
                file = folder / EVAL_RESULTS / f"{checkpoint.slug}.yaml"
                write_text(file, eval_results(row, dataset, task, created[:10]))
                scored = True
        folders.append(folder)
        print(folder)
    if not folders:
        raise UserError(f"{opened.name}: no cell was trained to its end and evaluated")
    if dataset and not scored:
        raise UserError(f'{opened.name}: no checkpoint has a score on split "{split}"')
    return folders


def check_token() -> None:
    """UserError unless the hub's own configuration holds a token."""
    from huggingface_hub import get_token

    if not get_token():
        raise UserError(
            "--push needs a token of the Hugging Face hub, and there is none; run `hf auth login`, "
            "or set HF_TOKEN. Nothing was written"
        )


def push_cards(folders: list[Path], owner: str) -> None:
    """Upload each folder to ``owner/NAME``, made private if it is new. Weights are not uploaded."""
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
        print(f"uploaded to {repository}")
