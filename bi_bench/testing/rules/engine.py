"""Rules for engines: what they say before they run; that they run stages shows the micro run."""

from __future__ import annotations

from collections.abc import Iterator

from bi_bench.api import Engine, Resources, StageCall, StageJob
from bi_bench.api.boundary import calling
from bi_bench.api.identity import Identity
from bi_bench.plan.stage import Stage
from bi_bench.testing.case import Case, Fault, Rules


def capacity(case: Case[Engine]) -> Iterator[Fault]:
    """capacity() gives Resources or None, and check() accepts a stage with one CPU thread."""
    identity: Identity = {"schema": 1, "kind": "problems", "implementation": 1, "parents": {}}
    stage = Stage("problems", identity, {}, "problems")
    job = StageJob(
        key=stage.key,
        kind=stage.kind,
        label=stage.label,
        parents=stage.parents,
        command=("true",),
        store=case.folder,
        outcome=lambda: None,
        progress=lambda: None,
        call=StageCall("builtins:print", stage.to_json()),
    )
    with calling("capacity()", case.plugin.capacity):
        most: object = case.plugin.capacity([job])
    if most is not None and not isinstance(most, Resources):
        mend = "return Resources, or None where it is not known"
        yield Fault(f"capacity() returned {most!r:.60}", mend, case.at("capacity"))
        return
    with calling("check()", case.plugin.check):
        case.plugin.check([job])


RULES: Rules = {"capacity": capacity}
