"""Rules for plugins of every kind: what is seen without calling them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pydantic

from bi_bench.testing.case import Case, Fault, Rules, source_line

NAME = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
LONGEST = 100  # characters of a line in listings


def name(case: Case) -> Iterator[Fault]:
    """The name is in lower case, digits and hyphens, and no other plugin of the kind has it."""
    mine = case.entry.registered
    if not NAME.fullmatch(case.cls.name):
        hint = re.sub(r"[^a-z0-9]+", "-", case.cls.name.lower()).strip("-") or "my-plugin"
        yield Fault(f'the name "{case.cls.name}" is hard to write in a suite', f'name = "{hint}"')
    for other in case.registry.found:
        if (other.kind, other.cls.name) == (mine.kind, case.cls.name) and other.cls is not mine.cls:
            yield Fault(f'{other.origin} has a plugin "{case.cls.name}" too', "rename one of them")


def docstring(case: Case) -> Iterator[Fault]:
    """The docstring opens with one line that tells what it is, for listings."""
    line = case.cls.about()
    if not line:
        yield Fault(f"{case.cls.__name__} has no docstring", "add one line below `class`")
    elif len(line) > LONGEST:
        yield Fault(
            f"the first line of the docstring has {len(line)} characters, more than {LONGEST}",
            "say it shorter, and the rest after an empty line",
        )


def parameters(case: Case) -> Iterator[Fault]:
    """Every parameter has a description, and numbers have bounds; equal ones have equal JSON."""
    model = case.cls.Params
    place = source_line(model)
    for key, declared in model.model_fields.items():
        if not declared.description:
            yield Fault(
                f"the parameter {key} has no description",
                f'{key}: ... = Field(default, description="...")',
                place,
            )
        if declared.annotation in (int, float) and not declared.metadata:
            yield Fault(
                f"the parameter {key} has no bounds",
                f"{key}: ... = Field(default, ge=0, ...), or gt, le, lt; a typing.Literal of names",
                place,
            )
    keyed = case.entry.params.model_dump(mode="json")
    hidden = case.entry.unkeyed
    try:
        again = model.model_validate({**json.loads(json.dumps(keyed)), **hidden}, strict=False)
    except pydantic.ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        yield Fault(
            f"defaults or JSON are not accepted again: {wrong}",
            "let the validators accept what they return",
            place,
        )
        return
    if again.model_dump(mode="json") != keyed:
        yield Fault(
            "parameters read back from their own JSON have another content key",
            "make validators idempotent",
            place,
        )


RULES: Rules = {"name": name, "docstring": docstring, "parameters": parameters}
