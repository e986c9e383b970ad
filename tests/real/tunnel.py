"""An HTTP proxy on loopback that opens tunnels (CONNECT), as a company's does, and remembers for whom."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

_BLOCK_BYTES = 1 << 16


class Tunnel:
    """Listens while the block lasts. ``seen`` has host and port, and the login, of each tunnel.

    With ``tls``, a certificate and its key, it is spoken to over TLS.
    """

    def __init__(self, tls: tuple[Path, Path] | None = None) -> None:
        self.seen: list[tuple[str, str | None]] = []
        handler = type("Bound", (_Handler,), {"tunnel": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Tunnel:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    tunnel: Tunnel

    def do_CONNECT(self) -> None:
        self.tunnel.seen.append((self.path, self.headers.get("Proxy-Authorization")))
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pass_on, args=(far, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, far)
            back.join()
        self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the tests have ``seen``."""


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK_BYTES):
            sink.sendall(block)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
