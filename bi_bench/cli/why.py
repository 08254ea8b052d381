"""``bi-bench why``: explains field by field why a stage is not in the store."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bi_bench.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SetOption,
    StoreOption,
    SuiteArgument,
)


def why(
    suite: SuiteArgument,
    key: Annotated[str, typer.Argument(help="Key of a stage, or its first digits.")],
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Show why a stage is not stored: the fields that differ from the most similar stored one."""
    from bi_bench.artifacts.differences import differences
    from bi_bench.cli.load import load_pinned
    from bi_bench.plan import plan_suite
    from bi_bench.plan.explain import nearest
    from bi_bench.store import Store

    wanted, shelf = plan_suite(load_pinned(suite, set_, store)).stage(key), Store(store)
    if shelf.has(wanted.key):
        print(json.dumps({"stored": True}) if as_json else f"{wanted.label} is in the store")
        return
    other = nearest(wanted.identity, shelf.records(wanted.kind))
    if other is None:
        message = f"the store has no {wanted.kind} stage to compare with"
        print(json.dumps({"stored": False, "nearest": None}) if as_json else message)
        return
    changes = differences(other.identity, wanted.identity)
    if as_json:
        print(json.dumps({"stored": False, "nearest": other.key, "differences": changes}))
        return
    print(f"not stored; the most similar {wanted.kind} stage ({other.label}) differs in:")
    for path, (before, after) in changes.items():
        print(f"  {path}: {json.dumps(before)} there, {json.dumps(after)} here")
