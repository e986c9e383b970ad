"""One connection to one API server: requests as plain dicts, errors in kubectl's words.

What is not plain in a kubeconfig is the kubernetes library's to load; answers are read raw, because its
typed models cost seconds on large clusters and stumble over real objects (packaging.md 2). Refuses
to know what is asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.failures import refused_by_server
from kubectl_sharedip.cluster.limits import time_limits, unevenly
from kubectl_sharedip.cluster.plain_target import plain_target
from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.cluster.target import Target
from kubectl_sharedip.cluster.trouble import Answer, Trouble
from kubectl_sharedip.cluster.wire import Query, Wire

__all__ = ["Connection", "ConnectionRequest", "Json", "connect"]

Json = dict[str, Any]

_BUSY = (429, 503)  # with Retry-After: nothing was done yet, and the server says when to come back
_LONGEST_PAUSE_S = 5.0
_TRIES = 3


def connect(request: ConnectionRequest) -> Connection:
    """A connection as kubectl would make it with these flags; the server is not asked yet.

    A plain kubeconfig is read by a few lines of our own, any other by the kubernetes library. Raises
    ClusterError (kubeconfig) where kubeconfig, flags or credentials do not come to one.
    """
    target = plain_target(request)
    if target is not None:
        return _connection(request, target)
    from tempfile import TemporaryDirectory

    from kubectl_sharedip.cluster.full_target import find_target

    with ExitStack() as stack:

        def scratch() -> str:
            """Keys that stand in the kubeconfig have to be files for the TLS library, at this moment only."""
            return stack.enter_context(TemporaryDirectory(prefix="kubectl-sharedip-"))

        return _connection(request, find_target(request, scratch))


def _connection(request: ConnectionRequest, target: Target) -> Connection:
    return Connection(
        wire=Wire(target, time_limits(request.request_timeout_s)),
        context=target.context,
        cluster=target.cluster,
        user=target.user,
        namespace=target.namespace,
        chunk_size=request.chunk_size,
        compressed=target.compressed,
        told=request.told,
    )


class Connection:
    """An API server and who asks it. Several threads may use one at the same time.

    ``context``, ``cluster`` and ``user`` are the names in the kubeconfig, None in a pod or where a
    flag took their place. ``namespace`` is the current one, ``server`` the URL, ``where`` what
    errors call it, ``chunk_size`` the number of objects to ask for at once (0: all).
    """

    def __init__(
        self,
        *,
        wire: Wire,
        context: str | None,
        cluster: str | None,
        user: str | None,
        namespace: str,
        chunk_size: int,
        compressed: bool,
        told: Callable[[str], None] | None = None,
    ) -> None:
        self.context = context
        self.cluster = cluster
        self.user = user
        self.namespace = namespace
        self.chunk_size = chunk_size
        self.server = wire.server
        self.where = wire.where
        self._wire = wire
        self._told = told
        self._headers = {"Accept-Encoding": "gzip" if compressed else "identity"}

    def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
        *,
        accept: str = "application/json",
    ) -> Json:
        """The object with which the server answers.

        ``path`` begins with a slash, ``body`` is sent as JSON, ``accept`` is the form that is asked for.
        Raises ClusterError for everything
        that is no success. A GET whose connection breaks is made once more; what may have changed
        something is never repeated.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Accept": accept}
        if body is not None:
            headers["Content-Type"] = content_type
        return self.decoded(self._answer(method, path, query, headers, data))

    def fetched(self, path: str, query: Query | None = None) -> bytes:
        """The answer to a GET, for ``decoded``. Raises ClusterError as ``request`` does."""
        headers = {**self._headers, "Accept": "application/json"}
        return self._answer("GET", path, query, headers, None)

    def _answer(
        self, method: str, path: str, query: Query | None, headers: Mapping[str, str], data: bytes | None
    ) -> bytes:
        for attempt in range(_TRIES):
            started = time.monotonic()
            try:
                response = self._wire.send(method, path, query, headers=headers, data=data)
                answer = self._wire.whole(response, started)
            except ClusterError as error:
                trouble = error.__cause__
                if method == "GET" and not attempt and isinstance(trouble, Trouble) and trouble.at == "lost":
                    continue
                raise
            self._tell(method, path, response.status, started)
            pause_s = _pause_s(response)
            if pause_s is None or attempt == _TRIES - 1:
                break
            time.sleep(pause_s)
        if not 200 <= response.status < 300:
            raise refused_by_server(response.status, answer, self.where)
        return answer

    def stream(
        self, path: str, query: Query | None = None, *, timeout_s: float | None = None
    ) -> Iterator[Json]:
        """The objects of a watch as they come, until the server ends it.

        With ``timeout_s`` it also ends, quietly, after so many seconds. Raises ClusterError, also
        where the server does not even begin to answer in that time.
        """
        started = time.monotonic()
        response = self._wire.send(
            "GET",
            path,
            query,
            headers={"Accept-Encoding": "identity"},  # a compressor would hold events back
            silence_s=timeout_s,
        )
        try:
            self._tell("GET", path, response.status, started)
            if response.status != 200:
                raise refused_by_server(response.status, self._wire.whole(response, started), self.where)
            for line in self._wire.lines(response, None if timeout_s is None else started + timeout_s):
                yield self.decoded(line)
        finally:
            response.close()  # what is left of a watch cannot be read to its end: no second use

    def close(self) -> None:
        """Give the sockets back. The connection can be used again afterwards."""
        self._wire.close()

    def _tell(self, method: str, path: str, status: int, started: float) -> None:
        if self._told is not None:
            self._told(f"{method} {path} {status} in {(time.monotonic() - started) * 1e3:.0f} ms")

    def decoded(self, data: bytes) -> Json:
        """The object that an answer holds. Raises ClusterError where it holds none."""
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict):
            return answer
        raise ClusterError(
            kind="server",
            what=f"The server {self._wire.host()} does not answer like an API server",
            where=self.where,
            todo="is it the address of a web page or a proxy?",
        )


def _pause_s(response: Answer) -> float | None:
    """How long to leave alone a server that asks for it, in seconds; None where it does not."""
    asked = response.header("Retry-After") if response.status in _BUSY else ""
    return unevenly(min(float(asked), _LONGEST_PAUSE_S)) if asked.isdigit() else None
