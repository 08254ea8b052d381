"""``bi-bench serve``: serves the site of a run on localhost and updates it during the run."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption

if TYPE_CHECKING:
    from bi_bench.store import Store

_EVERY = 3.0  # seconds between two looks at the run


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
        watcher = threading.Thread(target=_follow, args=(shelf, name, folder, done), daemon=True)
        watcher.start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        finally:
            done.set()
            # A site that is being made is finished: the next reader finds it whole.
            watcher.join()


def _follow(store: Store, name: str, folder: Path, done: threading.Event) -> None:
    """Make the site again whenever what it depends on has changed, until ``done``."""
    from bi_bench.api import UserError
    from bi_bench.artifacts.files import read_json
    from bi_bench.cli.site import make_site
    from bi_bench.report.data.results import Results
    from bi_bench.report.site import SITE_INDEX
    from bi_bench.report.write import fingerprint

    said = ""
    while not done.wait(_EVERY):
        try:
            made = (read_json(folder / SITE_INDEX) or {}).get("fingerprint")
            results = Results(store.read_run(name), store, name)
            if made != fingerprint(results):
                make_site(results, folder)
            said = ""
        except (UserError, OSError) as error:
            # A stage may vanish or appear while it is read: the next look finds it settled.
            if str(error) != said:
                print(f"not updated: {error}", file=sys.stderr, flush=True)
            said = str(error)
