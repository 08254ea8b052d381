"""The command line: one file per verb. Verbs import what they need when they run."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from bi_bench.cli import (
    compare,
    doctor,
    export,
    gc,
    import_,
    plan,
    plugins,
    publish,
    regrade,
    report,
    run,
    sample,
    samples,
    serve,
    stage,
    why,
)

app = typer.Typer(
    name="bi-bench",
    help="How much does reinforcement fine-tuning gain, and which injected behaviours decide it?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_INTERRUPTED = 130
VERBS: tuple[Callable[..., None], ...] = (
    run.run,
    plan.plan,
    report.report,
    serve.serve,
    compare.compare,
    publish.publish,
    sample.sample,
    samples.samples,
    regrade.regrade,
    plugins.plugins,
    why.why,
    stage.stage,
    export.export,
    import_.import_,
    doctor.doctor,
    gc.gc,
)
for verb in VERBS:
    app.command(verb.__name__.rstrip("_"))(verb)  # `import` is a word of Python's


def main() -> None:
    """Run the command line; what a user can mend ends with exit code 2 and no traceback."""
    try:
        app(prog_name="bi-bench")
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # what typer makes of Ctrl-C
            print("stopped; the same command goes on from here", file=sys.stderr)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:
        from bi_bench.api import UserError  # imported late: --help must not wait for it

        # What stands in the way of a path that was named; a file that is missing may be our own fault.
        blocked = (IsADirectoryError, NotADirectoryError, FileExistsError, PermissionError)
        if isinstance(error, blocked) and error.filename is not None:
            place = error.filename2 or error.filename
            print(f"error: {place}: {error.strerror}", file=sys.stderr)
            sys.exit(2)
        if not isinstance(error, UserError):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
