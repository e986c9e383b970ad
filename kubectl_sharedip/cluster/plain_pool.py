"""The way to an API server with the standard library alone, where nothing about it is special.

It exists because urllib3 takes longer to import than ten Services take to be read. Refuses proxies and
whatever else ``plain_config`` does not take for plain: all that goes the other way.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import zlib
from typing import Any
from urllib.parse import urlsplit

from kubectl_sharedip.cluster.kept_alive import SOCKET_OPTIONS
from kubectl_sharedip.cluster.trouble import Headers, Trouble

_BLOCK_BYTES = 1 << 16
_GZIP = zlib.MAX_WBITS | 16


class PlainPool:
    """Connections to one server, with TLS where there is a ``context`` for it: see Pool."""

    def __init__(self, server: str, context: ssl.SSLContext | None) -> None:
        parts = urlsplit(server)
        self._host = parts.hostname or ""
        # As bytes it is taken as it is: a name in ASCII needs no table of all other characters.
        self._name: Any = self._host.encode() if self._host.isascii() else self._host
        self._port = parts.port or (443 if context else 80)
        self._context = context
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Headers,
        data: bytes | None,
        connect_s: float | None,
        silence_s: float | None,
    ) -> _Answer:
        connection = (self._kept() if method == "GET" else None) or self._opened(connect_s, silence_s)
        parts = urlsplit(url)
        try:
            wire = connection.sock  # the connection lets go of it where the server is to end it
            wire.settimeout(silence_s)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, data, dict(headers))
            return _Answer(self, connection, wire, connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            trouble = _trouble_of(error)
            if trouble.at == "lost":
                self.clear()
            raise trouble from error

    def clear(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.clear()

    def keep(self, connection: http.client.HTTPConnection) -> None:
        """Takes back a connection whose last answer was read to its end."""
        with self._lock:
            self._idle.append(connection)

    def _kept(self) -> http.client.HTTPConnection | None:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or not _has_ended(connection):
                return connection
            connection.close()

    def _opened(self, connect_s: float | None, silence_s: float | None) -> http.client.HTTPConnection:
        try:
            made = socket.create_connection((self._name, self._port), connect_s)
        except socket.gaierror as error:
            raise Trouble("lookup", error) from error
        except TimeoutError as error:
            raise Trouble("dial-timeout", error) from error
        except OSError as error:
            raise Trouble("dial", error) from error
        try:
            for option in SOCKET_OPTIONS:
                made.setsockopt(*option)
            made.settimeout(silence_s)
            if self._context is not None:
                made = self._context.wrap_socket(made, server_hostname=self._name)
        except OSError as error:
            made.close()
            raise _trouble_of(error) from error
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = made
        connection.auto_open = 0  # a connection that has ended is not opened anew without TLS
        return connection


class _Answer:
    def __init__(
        self,
        pool: PlainPool,
        connection: http.client.HTTPConnection,
        wire: socket.socket,
        response: http.client.HTTPResponse,
    ) -> None:
        self.status = response.status
        self._pool = pool
        self._connection = connection
        self._wire = wire
        self._response = response
        self._released = False
        self._missing = response.length  # None where the length is not told beforehand
        packed = self.header("Content-Encoding").lower() in ("gzip", "x-gzip")
        self._unpack = zlib.decompressobj(_GZIP) if packed else None

    def header(self, name: str) -> str:
        return self._response.headers.get(name, "")

    def allow(self, silence_s: float) -> None:
        self._wire.settimeout(silence_s)

    def block(self) -> bytes:
        try:
            while raw := self._response.read1(_BLOCK_BYTES):
                if self._missing is not None:
                    self._missing -= len(raw)
                data = raw if self._unpack is None else self._unpack.decompress(raw)
                if data:
                    return data
            if self._missing:
                raise http.client.IncompleteRead(b"", self._missing)
            if self._unpack is not None:
                data, self._unpack = self._unpack.flush(), None
                return data
        except (OSError, http.client.HTTPException, zlib.error) as error:
            raise _trouble_of(error) from error
        return b""

    def release(self) -> None:
        if self._response.will_close:
            self.close()
            return
        self._response.close()
        self._released = True
        self._pool.keep(self._connection)

    def close(self) -> None:
        if not self._released:  # it may be somebody else's by now
            self._response.close()
            self._connection.close()


def _has_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed a connection that nobody used; it has nothing else to say on one."""
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return bool(readable)


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, ssl.SSLError):
        return Trouble("tls", error)
    if isinstance(error, TimeoutError):
        return Trouble("silence", error)
    return Trouble("lost", error)
