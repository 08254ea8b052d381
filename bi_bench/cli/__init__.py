"""The command line: one file per verb. Verbs import what they need when they run."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated

import typer

from bi_bench.cli import (
    check,
    compare,
    doctor,
    export,
    gc,
    import_,
    new,
    plan,
    plugins,
    publish,
    regrade,
    report,
    run,
    sample,
    samples,
    schema,
    serve,
    stage,
    verify,
    why,
)

app = typer.Typer(
    name="bi-bench",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_INTERRUPTED = 130
# Errors of the file system that a user can mend; a file that is missing may be our own fault.
_OUTSIDE = (
    *(errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG),
    *(errno.ELOOP, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EMFILE),
)
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
    check.check,
    new.new,
    schema.schema,
    why.why,
    stage.stage,
    export.export,
    import_.import_,
    doctor.doctor,
    verify.verify,
    gc.gc,
)
for verb in VERBS:
    app.command(verb.__name__.rstrip("_"))(verb)  # `import` is a word of Python's
app.add_typer(plugins.plugins)


def _version(wanted: bool) -> None:
    if wanted:
        from bi_bench import __version__

        print(f"bi-bench {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
    no_plugins: Annotated[
        bool, typer.Option("--no-plugins", help="Load no plugins of other packages.")
    ] = False,
) -> None:
    """How much does reinforcement fine-tuning gain, and which injected behaviours increase it?"""
    if no_plugins:
        from bi_bench.plugins import NO_PLUGINS

        os.environ[NO_PLUGINS] = "1"


def _check_surroundings() -> None:
    """Refuse surroundings in which every run fails.

    Paths and values go into records and to libraries, which need UTF-8; plugins need docstrings.
    """
    problem = "PYTHONOPTIMIZE=2 removes docstrings; unset it" if sys.flags.optimize > 1 else ""
    try:
        for name in (os.getcwd(), *sys.argv):
            name.encode()
    except FileNotFoundError:
        problem = "the working folder no longer exists; change to another one"
    except UnicodeEncodeError:
        problem = f"{name!a} is not UTF-8 in this locale; rename it, or set LC_ALL=C.UTF-8"
    if problem:
        from bi_bench.api import UserError

        raise UserError(problem)


def _warning_line(
    message: Warning | str, category: type[Warning], file: str, number: int, line: str | None = None
) -> str:
    """As :func:`warnings.formatwarning`, but damage to a file of the user is shown without a line of code."""
    from bi_bench.store import Damage

    if issubclass(category, Damage):
        return f"warning: {message}\n"
    return _python_warning_line(message, category, file, number, line)


_python_warning_line = warnings.formatwarning


def main() -> None:
    """Run the command line; an error that the user can fix ends with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # not closed, nor another object in a test
            # A character that a terminal, pipe or log cannot show must not end a night's run.
            stream.reconfigure(errors="replace")
    warnings.formatwarning = _warning_line  # type: ignore[assignment]
    try:
        _check_surroundings()
        app(prog_name="bi-bench")
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # what typer makes of Ctrl-C
            print("stopped; the same command resumes the run", file=sys.stderr)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:
        from bi_bench.api import UserError  # imported late: --help must not wait for it

        if isinstance(error, OSError) and error.errno in _OUTSIDE:
            place = error.filename2 or error.filename
            print(f"error: {f'{place}: ' * bool(place)}{error.strerror}", file=sys.stderr)
            sys.exit(2)
        if not isinstance(error, UserError):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
