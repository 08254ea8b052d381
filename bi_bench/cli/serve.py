"""``bi-bench serve``: serves the site of a run on localhost and updates it during the run."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption


def serve(
    run: Annotated[str, typer.Argument(help="Name of the run, or the beginning of one.")] = "",
    store: StoreOption = DEFAULT_STORE,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on localhost; 0: a free one.")
    ] = 8765,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Folder of the site; by default in that of the run."),
    ] = None,
) -> None:
    """Serve the site of a run on localhost, and update it while the run continues."""
    from bi_bench.api import UserError
    from bi_bench.cli.http_server import ADDRESS, loopback_server
    from bi_bench.cli.site import make_site
    from bi_bench.report.data.open import open_run
    from bi_bench.report.site.follow import follow

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results = open_run(run, store)
    name, shelf = results.name, results.store
    folder = html or shelf.run_folder(name) / "site"
    try:
        server = loopback_server(folder, port)
    except OSError as error:
        raise UserError(
            f"port {port}: {error.strerror}; choose another with --port, or a free one with --port 0"
        ) from None
    with server:
        make_site(results, folder)
        print(f"http://{ADDRESS}:{server.server_port}/ (stop with Ctrl-C)", flush=True)
        done = threading.Event()
        watcher = threading.Thread(
            target=follow, args=(shelf, name, folder, make_site, done, _warn), daemon=True
        )
        watcher.start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        finally:
            done.set()
            # A site that is being made is finished: the next reader finds it whole.
            watcher.join()


def _warn(reason: str) -> None:
    print(f"not made again: {reason}", file=sys.stderr, flush=True)
