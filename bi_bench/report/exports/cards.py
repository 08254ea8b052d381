"""What ``bi-bench export`` does with the results of a run."""

from __future__ import annotations

from pathlib import Path

from bi_bench.api import UserError
from bi_bench.artifacts.role import post
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.report.data.results import Results

CARD = "README.md"
EVAL_RESULTS = ".eval_results"


def write_latex(results: Results, out: Path | None) -> None:
    """One file with a table for each evaluation."""
    from bi_bench.artifacts.files import write_text
    from bi_bench.report.exports.latex import to_latex
    from bi_bench.report.publishing.publish import published_report

    file = out or Path(f"{results.name}.tex")
    write_text(file, to_latex(published_report(results)))
    print(file)


def write_lm_eval(results: Results, out: Path | None) -> None:
    """A results file for each checkpoint before and after RFT, in folders as lm-eval makes them."""
    from bi_bench.lm_eval.export_results import write_results
    from bi_bench.report.exports.checkpoints import read_checkpoints

    folder = out or Path(f"{results.name}-lm-eval")
    for checkpoint in read_checkpoints(results):
        for file in write_results(checkpoint, results, folder):
            print(file)


def write_cards(
    results: Results, out: Path | None, dataset: str, task: str, split: str
) -> list[Path]:
    """A folder for each checkpoint with its card and, for a benchmark of the hub, its score."""
    from bi_bench.artifacts.files import write_text
    from bi_bench.report.data.paths import without_paths
    from bi_bench.report.exports.card import eval_results, model_card
    from bi_bench.report.exports.checkpoints import read_checkpoints
    from bi_bench.report.publishing.publish import published_report

    report = published_report(_without_paths(results))
    folders = []
    scored = False
    for checkpoint in read_checkpoints(results):
        folder = (out or Path(f"{results.name}-cards")) / checkpoint.slug
        write_text(folder / CARD, without_paths(model_card(checkpoint, report)))
        for row in checkpoint.rows:
            if dataset and row.split == split and row.greedy is not None:
                created = results.stage(checkpoint.cell.keys[post(split)]).created
                file = folder / EVAL_RESULTS / f"{checkpoint.slug}.yaml"
                write_text(file, eval_results(row, dataset, task, created[:10]))
                scored = True
        folders.append(folder)
        print(folder)
    if not folders:
        raise UserError(f"{results.name}: no cell was trained to its end and evaluated")
    if dataset and not scored:
        raise UserError(f'{results.name}: no checkpoint has a score on split "{split}"')
    return folders


def _without_paths(results: Results) -> Results:
    """The same with a record that names no path of this machine."""
    from bi_bench.report.data.paths import without_paths

    record = RunRecord.model_validate(without_paths(results.record.to_json()))
    return Results(record, results.store, results.name)


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
