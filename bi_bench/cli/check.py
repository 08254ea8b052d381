"""``bi-bench check``: holds plugins against the contract."""

from __future__ import annotations

from pathlib import Path
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
    rules = failed = 0
    for plugin in plugins:
        path = Path(plugin)
        by_file = path.suffix == ".py" or path.is_file()
        target = Target(file=str(path.absolute())) if by_file else Target(name=plugin)
        for kind, name, place, findings in check_targets([target._replace(params=params)], run=run):
            print(f'{singular(kind)} "{name}" ({place})')
            for finding in findings:
                _print(kind, finding)
            rules += len(findings)
            failed += sum(bool(finding.faults) for finding in findings)
    print(f"{rules} rules, {failed or 'none'} failed")
    if failed:
        raise typer.Exit(1)


def _print(kind: str, finding: Finding) -> None:
    from bi_bench.testing.rules import demand

    status = "failed" if finding.faults else "ok"
    about = demand(kind, finding.rule)
    print(f"  {status:6}  {finding.rule:12} {about}{f' ({finding.note})' * bool(finding.note)}")
    for fault in finding.faults:
        print(f"          {fault.place}: {fault.wrong}\n          -> {fault.mend}")
