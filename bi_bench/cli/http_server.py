"""Serves the files of one folder on localhost."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1"


def loopback_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server that listens already; 0 takes a free port. OSError where the port is in use."""
    return ThreadingHTTPServer((ADDRESS, port), partial(_Handler, directory=str(folder)))


class _Handler(SimpleHTTPRequestHandler):
    """Files below one folder, to GET and HEAD, for requests that name this machine as their host."""

    protocol_version = "HTTP/1.1"
    server_version = "bi-bench"
    sys_version = ""

    def send_head(self) -> Any:
        """Refuse other host names, which may have been pointed here, and files outside the folder."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in (ADDRESS, "localhost"):
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
        """A page that was made again must not come from a cache, nor be shown in a frame."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""
