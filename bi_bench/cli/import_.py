"""``bi-bench import``: compares logs of another harness, paired by document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import JsonOption

FORMATS = ("lm-eval",)


def import_(
    format: Annotated[
        str, typer.Argument(help="Harness that wrote the logs: lm-eval.", show_default=False)
    ],
    logs: Annotated[
        list[Path],
        typer.Argument(
            help="Output folders of `lm_eval --log_samples`, or samples_*.jsonl; the reference first.",
            show_default=False,
        ),
    ],
    metric: Annotated[str, typer.Option(help="Metric of the sentences: NAME or NAME,FILTER.")] = "",
    cluster: Annotated[
        str, typer.Option(help="Field of the documents that defines clusters.")
    ] = "",
    accept: Annotated[
        list[str] | None, typer.Option(help="A field that may differ, e.g. prompts.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="Names of the models, in the order of the logs.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare lm-eval logs of two or more models, document by document."""
    from bi_bench.api import UserError, did_you_mean
    from bi_bench.artifacts.files import write_text
    from bi_bench.lm_eval.compare import compare_logs
    from bi_bench.lm_eval.logs import read_logs
    from bi_bench.lm_eval.render import to_json, to_markdown, to_text

    if format not in FORMATS:
        hint = did_you_mean(format, FORMATS) or "."
        raise UserError(f'"{format}" cannot be read{hint} Known: {", ".join(FORMATS)}')
    found = read_logs(logs, cluster, name or ())
    compared = compare_logs(found, metric, accept or (), bool(cluster))
    if out is not None:
        write_text(out, to_markdown(compared))
    text = json.dumps(to_json(compared), indent=1) + "\n"
    print(text if as_json else to_text(compared), end="")
    if out is not None and not as_json:
        print(f"written to {out}")
    if not compared.comparisons:
        raise UserError("nothing could be compared; see the reasons above")
