"""``bi-bench compare``: two arms, or two runs, against each other."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption


def compare(
    one: Annotated[str, typer.Argument(help="RUN:ARM, a RUN, or an ARM with --run.")],
    other: Annotated[str, typer.Argument(help="What to compare it with, in the same form.")],
    run: Annotated[str, typer.Option(help="Run of both arms: a name or a published record.")] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Compare two arms, or the arms of two runs, by gain and final score, in sentences.

    Of two arms the first is compared with the second; of two runs the second with the first.
    """
    from bi_bench.api import UserError
    from bi_bench.report.compare.runs import compare
    from bi_bench.report.compare.text import to_json, to_text

    compared = compare(one, other, run, store)
    if as_json:
        print(json.dumps(to_json(*compared), indent=1, ensure_ascii=False))
    else:
        print(to_text(*compared), end="")
    if all(each.refused for each in compared.each):
        raise UserError("nothing could be compared; see the reasons above")
