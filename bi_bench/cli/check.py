"""``bi-bench check``: holds plugins against the contract."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bi_bench.api.identity import Json
    from bi_bench.testing.check import Finding


def check(
    plugins: Annotated[
        list[str],
        typer.Argument(help="Plugin files, or names of installed plugins.", show_default=False),
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Parameter of the plugin to check."),
    ] = None,
    run: Annotated[
        bool, typer.Option(help="End with a micro run: every stage once, on the embedded model.")
    ] = True,
) -> None:
    """Check plugins against the contract; print each rule that fails with its place and what to do."""
    from bi_bench.suite.overrides import apply_overrides
    from bi_bench.testing.check import check as check_targets
    from bi_bench.testing.observe import Target
    from bi_bench.testing.rules import singular

    params: dict[str, Json] = {}
    apply_overrides(params, set_ or ())
    targets = []
    for plugin in dict.fromkeys(plugins):
        path = Path(plugin)
        by_file = path.suffix == ".py" or path.is_file()
        file, name = (str(path.absolute()), "") if by_file else ("", plugin)
        targets.append(Target(file, name=name, params=params))
    rules = failed = left_out = 0
    for kind, name, place, findings in check_targets(targets, run=run):
        print(f'{singular(kind)} "{name}" ({place})')
        for finding in findings:
            _print(kind, finding)
        failed += sum(bool(finding.faults) for finding in findings)
        left_out += sum(bool(finding.left_out) for finding in findings)
        rules += sum(not finding.left_out for finding in findings)
    rest = f", {left_out} left out" if left_out else ""
    print(f"{rules} rules, {failed or 'none'} failed{rest}")
    if failed:
        raise typer.Exit(1)


def _print(kind: str, finding: Finding) -> None:
    from bi_bench.testing.rules import demand

    status = "failed" if finding.faults else "left out" if finding.left_out else "ok"
    note = finding.left_out or ("" if finding.seconds is None else f"{finding.seconds:.0f} s")
    print(
        f"  {status:8}  {finding.rule:12} {demand(kind, finding.rule)}{f' ({note})' * bool(note)}"
    )
    for text in dict.fromkeys(map(str, finding.faults)):
        print(indent(text, " " * 12))
