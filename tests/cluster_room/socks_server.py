"""A SOCKS5 proxy on loopback, written from the RFCs and not from the client that it tests.

It takes every name for 127.0.0.1, and remembers what it was asked for.
"""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import struct
import threading
from contextlib import suppress
from types import TracebackType

_BLOCK_BYTES = 1 << 16


class SocksServer:
    """Listens while the block lasts. ``login`` is demanded, ``refusal`` (RFC 1928, 6) is what it answers."""

    def __init__(self, *, login: tuple[str, str] | None = None, refusal: int = 0) -> None:
        self.login = login
        self.refusal = refusal
        self.seen: list[str] = []
        handler = type("Bound", (_Handler,), {"socks": self})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> SocksServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    socks: SocksServer
    request: socket.socket

    def handle(self) -> None:
        _, count = self.rfile.read(2)
        methods = self.rfile.read(count)
        method = 2 if self.socks.login else 0
        if method not in methods:
            self.wfile.write(b"\x05\xff")
            return
        self.wfile.write(bytes([5, method]))
        if self.socks.login and not self._logged_in(self.socks.login):
            return
        _, _, _, kind = self.rfile.read(4)
        if kind == 3:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            host = str(ipaddress.ip_address(self.rfile.read(4 if kind == 1 else 16)))
        (port,) = struct.unpack("!H", self.rfile.read(2))
        self.socks.seen.append(f"{host}:{port}")
        self.wfile.write(bytes([5, self.socks.refusal, 0, 1]) + bytes(6))
        if not self.socks.refusal:
            self._pass_on(port)

    def _logged_in(self, login: tuple[str, str]) -> bool:
        self.rfile.read(1)
        name = self.rfile.read(self.rfile.read(1)[0]).decode()
        word = self.rfile.read(self.rfile.read(1)[0]).decode()
        right = (name, word) == login
        self.wfile.write(bytes([1, 0 if right else 1]))
        return right

    def _pass_on(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=_copy, args=(far, self.request), daemon=True)
            back.start()
            _copy(self.request, far)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK_BYTES):
            sink.sendall(block)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
