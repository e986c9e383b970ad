"""The listening socket of the fake API server, and an end to it that leaves no thread behind."""

from __future__ import annotations

import socket
from http.server import ThreadingHTTPServer
from typing import Any

from .handler import Handler


class Listening(ThreadingHTTPServer):
    """Waits for its handlers at the end, and can hang up on those that wait for a next request."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of what is tested."""

    def hang_up(self) -> None:
        """Cut every connection, so that handlers that wait for a next request end."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # already gone
