"""The HTTP server: werkzeug's, with connections kept alive and whole answers in one write."""

from __future__ import annotations

import io
import os
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from orgkit.sim.errors import ConnectionDropped

HOST = "127.0.0.1"
_AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: closing resets


class Handler(WSGIRequestHandler):
    """werkzeug's handler closes each connection; SDKs are several times faster if it stays open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Read the whole request, so that the next one starts clean, and answer in one piece."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self._read_body(environ))
        environ.pop("wsgi.input_terminated", None)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            started[:] = [status, headers]

        app: Any = self.server.app
        try:
            chunks: Iterable[bytes] = app(environ, start_response)
        except ConnectionDropped:
            self._reset()
            return
        self._send(started[0], started[1], b"".join(chunks))

    def _reset(self) -> None:
        """Tell the client nothing, not even that it is over: a reset instead of an end."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            os.close(self.connection.detach())

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            body: bytes = environ["wsgi.input"].read()
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            return body
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        names = {name.lower() for name, _ in headers}
        if "content-length" not in names:
            headers = [*headers, ("Content-Length", str(len(body)))]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the call record says more."""


class Server(ThreadedWSGIServer):
    """One thread a connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False


def make(app: Any, port: int) -> BaseWSGIServer:
    """Make a server on loopback only; port 0 takes a free one."""
    return Server(HOST, port, app, handler=Handler)
