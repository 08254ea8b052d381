"""``bi-bench serve``: the site of a run on this machine alone, made again while the run goes on."""

from __future__ import annotations

import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption

if TYPE_CHECKING:
    from bi_bench.store import Store

_ADDRESS = "127.0.0.1"
_EVERY = 3.0


def serve(
    run: Annotated[str, typer.Argument(help="Name of the run, or the beginning of one.")] = "",
    store: StoreOption = DEFAULT_STORE,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on the loopback; 0: a free one.")
    ] = 8765,
    html: Annotated[
        Path | None, typer.Option("--html", help="Folder of the site; if not given, in the run's.")
    ] = None,
) -> None:
    """Serve the site of a run on this machine alone; the page follows a run that goes on."""
    from bi_bench.api import UserError
    from bi_bench.cli.pick import pick_run
    from bi_bench.cli.site import make_site
    from bi_bench.store import Store

    shelf = Store(store)
    name = pick_run(shelf, run)
    folder = html or shelf.run_folder(name) / "site"
    handler = partial(Handler, directory=str(folder))
    try:
        server = ThreadingHTTPServer((_ADDRESS, port), handler)
    except OSError as error:
        raise UserError(
            f"port {port}: {error.strerror}; choose another with --port, or a free one with --port 0"
        ) from None
    with server:
        make_site(shelf, name, folder)
        print(f"http://{_ADDRESS}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
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


class Handler(SimpleHTTPRequestHandler):
    """Files below one folder, to GET and HEAD, for requests that name this machine as their host."""

    protocol_version = "HTTP/1.1"
    server_version = "bi-bench"
    sys_version = ""

    def send_head(self) -> Any:
        """Refuse names that others may have pointed here, and whatever lies outside the folder."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in (_ADDRESS, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN, "this address serves 127.0.0.1 alone")
            return None
        root = Path(self.directory).resolve()
        if not Path(self.translate_path(self.path)).resolve().is_relative_to(root):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """No folder is listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """A page that was made again must not come from a cache, nor stand in a frame."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news."""


def _follow(store: Store, name: str, folder: Path, done: threading.Event) -> None:
    """Make the site again whenever what it depends on has changed, until ``done``."""
    from bi_bench.api import UserError
    from bi_bench.cli.site import make_site
    from bi_bench.report.site import SITE_INDEX
    from bi_bench.report.write import fingerprint
    from bi_bench.store import read_json

    said = ""
    while not done.wait(_EVERY):
        try:
            made = (read_json(folder / SITE_INDEX) or {}).get("fingerprint")
            if made != fingerprint(store.read_run(name), store):
                make_site(store, name, folder)
            said = ""
        except (UserError, OSError) as error:
            # A stage may vanish or appear while it is read: the next look finds it settled.
            if str(error) != said:
                print(f"not made again: {error}", file=sys.stderr, flush=True)
            said = str(error)
