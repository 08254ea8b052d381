"""Rules for trainers: what they say about a phase, before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from bi_bench.api import Limits, Phase, Trainer
from bi_bench.api.boundary import calling
from bi_bench.api.trainer import HOOKS
from bi_bench.testing.case import Case, Fault, Rules

# A short phase of any class: the fields without a default.
VALUES: Mapping[str, Any] = {
    "steps": 1,
    "prompts": 2,
    "group": 2,
    "argv": ("true", "{checkpoint}", "{output}"),
}
LIMITS = (
    Limits(micro_batch=4),
    Limits(micro_batch=4, processes=2),
    Limits(micro_batch=4, engine="vllm"),
    Limits(micro_batch=4, stop_texts=True),
)


def uses(case: Case[Trainer[Any, Any]]) -> Iterator[Fault]:
    """It uses "choose", "credit", "between" or none of them."""
    if unknown := sorted(set(case.plugin.uses) - set(HOOKS)):
        known = ", ".join(f'"{each}"' for each in HOOKS)
        yield Fault(f'an algorithm has no method "{unknown[0]}"', f"uses: of {known}")


def check(case: Case[Trainer[Any, Any]]) -> Iterator[Fault]:
    """check() accepts a short phase, and conflict() gives a text for all settings."""
    phase = _phase(case)
    with calling("check()", case.plugin.check):
        case.plugin.check(phase)
    for limits in LIMITS:
        with calling("conflict()", case.plugin.conflict):
            reason = case.plugin.conflict(phase, limits)
        if not isinstance(reason, str):
            yield Fault(
                f"conflict() returned {reason!r:.60} for {limits}",
                'return a text, "" where there is no conflict',
                case.at("conflict"),
            )
            return
        case.made.append(reason)


def _phase(case: Case[Trainer[Any, Any]]) -> Phase:
    known = {**VALUES, "trainer": case.cls.name}
    given: dict[str, Any] = {}
    for field in fields(case.cls.phase):
        if field.name == "config":
            given["config"] = case.entry.params.model_dump(mode="json")
        elif field.default is MISSING and field.default_factory is MISSING:
            given[field.name] = known[field.name]
    return case.cls.phase(**given)


RULES: Rules = {"uses": uses, "check": check}
