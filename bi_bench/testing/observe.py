"""The process that imports plugins and applies the rules: ``python -m bi_bench.testing.observe``.

It reads a request (JSON) from one file and writes what it saw to another, so that a plugin may print,
exit or crash. Two of them with other hash seeds must see the same.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from bi_bench.api import UserError, did_you_mean
from bi_bench.api.boundary import describe, time_limit
from bi_bench.api.identity import Json
from bi_bench.plugins import Registered, Registry, discover
from bi_bench.suite.single import single_entry
from bi_bench.testing.case import TOYS, Case, Fault, source_line
from bi_bench.testing.rules import rules_of

HEAVY = ("torch", "transformers", "trl", "vllm", "datasets", "lm_eval", "scipy", "sympy")
LOADING = 60.0  # seconds that an import may take before it counts as endless
SLOW = 1.0  # seconds of processor time that an import may take


class Target(NamedTuple):
    """What to check: all plugins of a ``file``, or the installed ones of a ``name`` (of a ``kind``)."""

    file: str = ""
    kind: str = ""
    name: str = ""
    params: Mapping[str, Json] = {}


class Seen(NamedTuple):
    """One plugin: its faults by rule (none for those that it keeps), and what it made by rule.

    ``left_out``: why a rule has no result.
    """

    file: str
    kind: str
    name: str
    params: Mapping[str, Json]
    place: str
    faults: Mapping[str, Sequence[Mapping[str, str]]]
    made: Mapping[str, Sequence[str]]
    left_out: Mapping[str, str]


class _Watch(MetaPathFinder):
    """Notes the line that first imports a heavy package, and finds nothing."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in HEAVY and fullname not in self.first:
            frame = sys._getframe(1)
            while frame.f_back and "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            self.first[fullname] = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        return None


def observe(targets: Sequence[Target]) -> Iterator[Seen]:
    """Import the plugins of the targets and apply every rule to each; UserError if one is not found."""
    watch = _Watch()
    sys.meta_path.insert(0, watch)
    files = [Path(target.file) for target in targets if target.file]
    with time_limit(LOADING):
        discover()
        started, already = time.process_time(), dict(watch.first)
        registry = discover(list(dict.fromkeys([*TOYS, *files])))
        seconds = time.process_time() - started
    sys.meta_path.remove(watch)
    for target in targets:
        others = {str(file) for file in files} - {target.file}
        first = {
            name: line
            for name, line in watch.first.items()
            if line.rpartition(":")[0] not in others and not (target.file and name in already)
        }
        for registered in chosen(registry, target):
            loading = [*_loading(first, seconds / max(len(files), 1) if target.file else 0.0)]
            yield _seen(registered, registry, target, loading)


def chosen(registry: Registry, target: Target) -> list[Registered]:
    """The plugins that a target means; UserError if there is none."""
    if target.file:
        found = [each for each in registry.found if each.origin.file == target.file]
        if target.name:
            found = [e for e in found if (e.kind, e.cls.name) == (target.kind, target.name)]
        if not found:
            raise UserError(f"{target.file}: no hook of this file returns a plugin; add @hookimpl")
        return found
    kinds = {each.kind for each in registry.found if target.kind in ("", each.kind)}
    found = [e for e in registry.found if e.kind in kinds and e.cls.name == target.name]
    if not found:
        known = sorted({each.cls.name for each in registry.found})
        broken = "".join(f"; {b.name} could not be loaded: {b.cause}" for b in registry.broken)
        raise UserError(
            f'"{target.name}" is no file, and no plugin of that name is installed'
            f"{did_you_mean(target.name, known)}{broken}"
        )
    return found


def _loading(first: Mapping[str, str], seconds: float) -> Iterator[Fault]:
    for name, line in first.items():
        yield Fault(
            f"{name} is imported when the plugin is loaded, which nearly every command does",
            f"import {name} inside the method that needs it",
            line,
        )
    if seconds > SLOW:
        yield Fault(
            f"loading the file takes {seconds:.1f} s of processor time, more than {SLOW:g} s",
            "import and compute inside methods",
        )


def _seen(
    registered: Registered,
    registry: Registry,
    target: Target,
    loading: Sequence[Fault],
) -> Seen:
    kind = registered.kind
    faults: dict[str, list[Fault]] = {"import": list(loading), "defaults": []}
    made: dict[str, list[str]] = {}
    raised: dict[
        object, str
    ] = {}  # the rule that was first to raise an error, by where it comes from
    left_out: dict[str, str] = {}
    try:
        entry = single_entry(registered, target.params, "")
    except UserError as error:
        mend = "give every parameter a default, or check it with --set KEY=VALUE"
        if target.params and "is missing" not in str(error):
            mend = f"`bi-bench plugins show {registered.cls.name}` lists keys and values"
        faults["defaults"] = [Fault(str(error), mend)]
        return _told(registered, target, faults, made, left_out)
    for rule, apply in rules_of(kind).items():
        with tempfile.TemporaryDirectory() as folder:
            case = Case(entry, registry, Path(folder))
            try:
                faults[rule] = list(apply(case))
            except (Exception, SystemExit) as error:  # a plugin may fail in any way
                first = raised.setdefault(_origin(error), rule)
                if first == rule:
                    wrong = str(error) if isinstance(error, UserError) else describe(error)
                    faults[rule] = [Fault(wrong, place=case.raised(error))]
                else:
                    faults[rule] = []
                    left_out[rule] = f"not checked: it fails as {first} does"
            made[rule] = case.made
    return _told(registered, target, faults, made, left_out)


def _origin(error: BaseException) -> object:
    """Kind and line of an error, which are the same for another problem or split."""
    cause = error.__cause__ or error
    frame = traceback.extract_tb(cause.__traceback__)[-1]
    return type(cause), frame.filename, frame.lineno


def _told(
    registered: Registered,
    target: Target,
    faults: Mapping[str, Sequence[Fault]],
    made: Mapping[str, Sequence[str]],
    left_out: Mapping[str, str],
) -> Seen:
    place = source_line(registered.cls)
    found = {
        rule: [asdict(fault) | {"place": fault.place or place} for fault in each]
        for rule, each in faults.items()
    }
    name = registered.cls.name
    return Seen(target.file, registered.kind, name, target.params, place, found, made, left_out)


def main(request: str, answer: str) -> None:
    """Serve one request."""
    targets = [Target(*each) for each in json.loads(Path(request).read_text())]
    content: dict[str, object]
    try:
        content = {"seen": list(observe(targets))}
    except UserError as error:
        content = {"error": str(error)}
    except TimeoutError:
        content = {"error": f"loading the plugins takes longer than {LOADING:g} s"}
    Path(answer).write_text(json.dumps(content))


if __name__ == "__main__":
    main(*sys.argv[1:])
