"""Checks plugins against the contract: two processes with other hash seeds, then a micro run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.plugins import discover
from bi_bench.suite.single import single_entry
from bi_bench.testing.case import Fault
from bi_bench.testing.micro import MICRO, overrides, run_suite, too_long
from bi_bench.testing.observe import Seen, Target, chosen

SEEDS = (1, 2)
SECONDS = 300.0


class Finding(NamedTuple):
    """A rule and what was found: faults, or nothing. ``left_out``: why it was not applied.

    ``seconds``: how long the micro run took.
    """

    rule: str
    faults: Sequence[Fault] = ()
    left_out: str = ""
    seconds: float | None = None


class Checked(NamedTuple):
    """One plugin with a finding for each rule."""

    kind: str
    name: str
    place: str
    findings: Sequence[Finding]


def check(targets: Sequence[Target], *, run: bool = False) -> Iterator[Checked]:
    """Each plugin of the targets with what the rules found; with ``run`` also a micro run of sound ones.

    UserError where a file cannot be loaded or a name is unknown.
    """
    one, other = _observed(targets)
    files = list(dict.fromkeys(target.file for target in targets if target.file))
    for seen, again in zip(one, other, strict=True):
        findings = [
            Finding(rule, [Fault(**f) for f in found], seen.left_out.get(rule, ""))
            for rule, found in seen.faults.items()
        ]
        findings.append(Finding("determinism", list(_differences(seen, again))))
        if run and not any(finding.faults for finding in findings):
            findings.append(_micro_run(seen, [Path(file) for file in files]))
        yield Checked(seen.kind, seen.name, seen.place, findings)


def _micro_run(seen: Seen, files: Sequence[Path]) -> Finding:
    target = Target(seen.file, seen.kind, seen.name, seen.params)
    (registered,) = chosen(discover(files), target)
    entry = single_entry(registered, target.params, "")
    if reason := too_long(entry):
        return Finding("micro run", left_out=reason)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = run_suite(MICRO, overrides(entry, files), Path(folder) / "store")
        rows = done.rows
    faults = []
    if done.code or not rows:
        lines = [line for line in done.errors.splitlines() if line.startswith("error: ")]
        wrong = "\n".join(lines).removeprefix("error: ") or (done.errors or done.output).strip()
        faults = [Fault(wrong, place=seen.place)]
    return Finding("micro run", faults, seconds=time.monotonic() - started)


def _observed(targets: Sequence[Target]) -> list[list[Seen]]:
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "request.json"
        request.write_text(json.dumps(targets))
        answers = [Path(folder) / f"{seed}.json" for seed in SEEDS]
        with ThreadPoolExecutor() as both:
            return list(both.map(_answer, [request] * len(SEEDS), answers, SEEDS))


def _answer(request: Path, answer: Path, seed: int) -> list[Seen]:
    command = [sys.executable, "-m", "bi_bench.testing.observe", str(request), str(answer)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"the plugins were not checked after {SECONDS:g} s; one never ends"
        ) from None
    if not answer.is_file():
        raise UserError(
            f"a plugin ended the process that checks it (exit code {done.returncode}): "
            f"{done.stderr.strip()[-500:]}"
        )
    content = json.loads(answer.read_text())
    if "error" in content:
        raise UserError(content["error"])
    return [Seen(*each) for each in content["seen"]]


def _differences(one: Seen, other: Seen) -> Iterator[Fault]:
    for rule, lines in one.made.items():
        for number, (a, b) in enumerate(zip_longest(lines, other.made[rule]), 1):
            if a != b:
                yield Fault(
                    f"two processes made something else (rule {rule}, line {number}):\n"
                    f"    {_around(a, b)}\n    {_around(b, a)}",
                    "take randomness from the generator that is given, sort sets before you use their "
                    "order, and use no hash(), id() or time",
                    one.place,
                )
                return


def _around(text: str | None, other: str | None) -> str:
    """A text where it first differs from the other."""
    if text is None or other is None:
        return "nothing" if text is None else text[:80]
    start = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    return repr(text[max(start - 30, 0) : start + 50])
