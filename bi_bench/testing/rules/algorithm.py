"""Rules for algorithms: their phases, as a plan checks them."""

from __future__ import annotations

from collections.abc import Iterator

from bi_bench.api import Algorithm
from bi_bench.api.boundary import calling
from bi_bench.plan.checks.phases import phase_fault
from bi_bench.testing.case import Case, Fault, Rules


def phases(case: Case[Algorithm]) -> Iterator[Fault]:
    """phases() gives phases that the plan accepts, the same ones each time."""
    if fault := phase_fault(case.entry):
        yield Fault(fault, "see the section on algorithms of docs/plugins.md", case.at("phases"))
        return
    made = list(case.plugin.phases())
    case.made.extend(map(repr, made))
    if not made:
        yield Fault("phases() returned none", "return at least one Phase", case.at("phases"))
    if made != list(case.plugin.phases()):
        yield Fault(
            "phases() returned other phases when it was called again",
            "make them of self.params alone",
            case.at("phases"),
        )


def warnings(case: Case[Algorithm]) -> Iterator[Fault]:
    """warnings() gives lines of text."""
    with calling("warnings()", case.plugin.warnings):
        found = case.plugin.warnings()
    if isinstance(found, str) or not all(isinstance(line, str) for line in found):
        yield Fault(
            f"warnings() returned {found!r:.60}", "return a list of strings", case.at("warnings")
        )


RULES: Rules = {"phases": phases, "warnings": warnings}
