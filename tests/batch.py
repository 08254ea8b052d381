"""Many commands in one process of their own: it imports the command line once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence

COMMANDS = """
import contextlib, io, json, sys, traceback
from bi_bench.cli import main

ended = []
for arguments in json.loads(sys.argv[1]):
    sys.argv, code = ["bi-bench", *arguments], 0
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
    ended.append([code, out.getvalue(), errors.getvalue()])
heavy = sorted({"torch", "transformers", "trl", "lm_eval"} & set(sys.modules))
print(json.dumps([ended, heavy]))
"""


def run_all(
    commands: Iterable[Sequence[object]], *more: object
) -> list[subprocess.CompletedProcess[str]]:
    """What each command ends with, ``more`` behind its arguments; none imports a heavy package."""
    asked = [[*map(str, command), *map(str, more)] for command in commands]
    line = [sys.executable, "-c", COMMANDS, json.dumps(asked)]
    result = subprocess.run(line, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    ended, heavy = json.loads(result.stdout)
    assert heavy == []
    assert len(ended) == len(asked)
    return [
        subprocess.CompletedProcess(command, *each)
        for command, each in zip(asked, ended, strict=True)
    ]
