"""Raw JSON over one kept-alive connection per thread to the API server of a real cluster.

Why it exists: a kubectl call costs a tenth of a second, a request here about a millisecond, and
tests make thousands. It knows no types and refuses to guess: what the server says goes through.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
Body = Mapping[str, Any] | Sequence[Any] | str | None

METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_CONNECTION_LOST = (
    http.client.RemoteDisconnected,
    BrokenPipeError,
    ConnectionResetError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)


class ApiError(Exception):
    """The API server answered with an error; ``status`` is the HTTP status."""

    def __init__(self, what: str, status: int, answer: Json) -> None:
        self.status = status
        self.reason = str(answer.get("reason", ""))
        self.message = str(answer.get("message", ""))
        super().__init__(f"{what}: {status} {self.reason}: {self.message}")


class Api:
    """Requests with one bearer token. Threads may share it: each has a connection of its own."""

    def __init__(self, *, server: str, authority: Path, token: str, timeout_s: float = 30.0) -> None:
        address = urlsplit(server)
        self._host = address.hostname or ""
        self._port = address.port
        self._token = token
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context(cafile=str(authority))
        # The API server's self-made certificate lacks extensions that Python 3.13 insists on.
        self._tls.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        self._local = threading.local()

    def request(
        self,
        method: str,
        path: str,
        body: Body = None,
        content_type: str = "application/json",
        *,
        accept: str = "application/json",
    ) -> Json:
        """The answer's JSON object. ``body`` is made JSON; a str is sent as it is (YAML, say).

        Raises ApiError for a status of 400 and above, OSError where the server is not reached.
        """
        status, text = self.exchange(method, path, body, content_type, accept=accept)
        try:
            answer: Json = json.loads(text) if text else {}
        except ValueError:
            answer = {"message": text.decode(errors="replace")}
        if status >= 400:
            raise ApiError(f"{method} {path}", status, answer)
        return answer

    def exchange(
        self,
        method: str,
        path: str,
        body: Body = None,
        content_type: str = "application/json",
        *,
        accept: str = "*/*",
    ) -> tuple[int, bytes]:
        """Status and bytes of the answer, whatever they are."""
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        payload = None if data is None else data.encode()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        if payload is not None:
            headers["Content-Type"] = content_type
        connection, reused = self._connection()
        try:
            return _exchange(connection, method, path, payload, headers)
        except _CONNECTION_LOST:
            connection.close()
            if not reused:
                raise
        except BaseException:  # an interrupt, too: what is left on the connection is unknown
            connection.close()
            raise
        # The server had closed an idle connection: it never read the request.
        return _exchange(connection, method, path, payload, headers)

    def close(self) -> None:
        """Close the calling thread's connection."""
        connection: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPSConnection, bool]:
        """The thread's connection, and whether it is open already."""
        known: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
        if known is None:
            known = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout_s, context=self._tls
            )
            self._local.connection = known
        return known, known.sock is not None


def _exchange(
    connection: http.client.HTTPSConnection,
    method: str,
    path: str,
    payload: bytes | None,
    headers: Mapping[str, str],
) -> tuple[int, bytes]:
    connection.request(method, path, payload, dict(headers))
    answer = connection.getresponse()
    return answer.status, answer.read()
