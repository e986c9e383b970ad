"""A proxy between the program and a real API server, in which a test can act at every request.

Plain HTTP on 127.0.0.1, TLS to the server. It numbers the requests in the order in which they come,
calls ``before`` when one has come and is not sent on yet, and ``after`` when the server has answered
and the program has not heard of it. Either may raise Lost: the connection then ends without a word; or
Instead: the program then gets that answer. ``server`` is where it goes on to; it may be set to another way
to the cluster than its own address.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.realcluster.cluster import RealCluster

_NOT_PASSED_ON = ("connection", "host", "transfer-encoding", "content-length", "keep-alive")
_BLOCK_BYTES = 1 << 16


class Instead(Exception):
    """Another answer than the server's: status, headers and body, of which only a part may come."""

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        part: bool = False,
    ) -> None:
        self.status, self.body, self.headers, self.part = status, body, headers, part
        super().__init__(status)


class Lost(Exception):
    """The connection is cut off; what was to be sent on is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passing:
    """One request: its number, 0 or more, and what it asks for."""

    number: int
    method: str
    path: str
    body: bytes

    @property
    def watches(self) -> bool:
        """Whether its answer comes bit by bit."""
        return "watch=" in self.path

    @property
    def edits(self) -> bool:
        """Whether it would change something."""
        return self.method not in ("GET", "HEAD")

    @property
    def service(self) -> str | None:
        """The Service that is read or edited alone, as "namespace/name"."""
        words = urlsplit(self.path).path.split("/")
        return (
            f"{words[4]}/{words[6]}"
            if words[:4] == ["", "api", "v1", "namespaces"] and len(words) == 7
            else None
        )


Hook = Callable[[Passing], None]


def _nothing(passing: Passing) -> None:
    """What happens where a test wants nothing to."""


def once(which: Callable[[Passing], bool], then: Callable[[], object]) -> Hook:
    """Does ``then`` at the first such request, before it goes on its way."""
    done = threading.Event()

    def act(passing: Passing) -> None:
        if which(passing) and not done.is_set():
            done.set()
            then()

    return act


def edits(name: str) -> Callable[[Passing], bool]:
    """Whether a request edits this Service of namespace default."""
    return lambda passing: passing.edits and passing.service == f"default/{name}"


def reads(name: str) -> Callable[[Passing], bool]:
    """Whether a request reads this Service of namespace default, as is done just before edits."""
    return lambda passing: not passing.edits and passing.service == f"default/{name}"


def watches(passing: Passing) -> bool:
    """Whether a request is for what comes, as is sent to see MetalLB's answer."""
    return passing.watches


class Between:
    """The proxy, from the beginning of the block to its end.

    ``seen`` has every request so far, ``answered`` the status that the server gave to each that it got,
    by the request's number.
    """

    def __init__(self, cluster: RealCluster, *, before: Hook = _nothing, after: Hook = _nothing) -> None:
        self.before = before
        self.after = after
        self.seen: list[Passing] = []
        self.answered: dict[int, int] = {}
        self.server = cluster.server
        self._cluster = cluster
        self._lock = threading.Lock()
        self._cut = threading.Event()
        authority = cluster.folder / "certs" / "apiserver.crt"
        self._tls = ssl.create_default_context(cafile=str(authority))
        self._tls.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Between:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cut.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def cut(self) -> None:
        """From now on every request, and every answer under way, ends without a word."""
        self._cut.set()

    def kubeconfig(self, path: Path) -> Path:
        """The cluster's kubeconfig, with this proxy in the place of its server."""
        document: dict[str, Any] = json.loads(self._cluster.kubeconfig.read_text())
        document["clusters"][0]["cluster"] = {"server": self.url}
        path.touch(mode=0o600)
        path.write_text(json.dumps(document))
        return path

    def numbered(self, method: str, path: str, body: bytes) -> Passing:
        """The request, with its number."""
        with self._lock:
            passing = Passing(number=len(self.seen), method=method, path=path, body=body)
            self.seen.append(passing)
        return passing

    def upstream(self) -> http.client.HTTPSConnection:
        """A connection of its own to the server."""
        address = urlsplit(self.server)
        return http.client.HTTPSConnection(
            address.hostname or "", address.port, timeout=60.0, context=self._tls
        )

    def check(self) -> None:
        """Raises Lost once it is cut off."""
        if self._cut.is_set():
            raise Lost

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(_Handler):
            proxy = between

        return Handler


class _Handler(BaseHTTPRequestHandler):
    """One connection of the program."""

    protocol_version = "HTTP/1.1"
    proxy: Between

    def do_GET(self) -> None:
        self._pass_on()

    def do_PATCH(self) -> None:
        self._pass_on()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the tests have ``seen``."""

    def _pass_on(self) -> None:
        self.close_connection = True  # one connection a request: none is found dead by the next
        length = int(self.headers.get("Content-Length") or 0)
        passing = self.proxy.numbered(self.command, self.path, self.rfile.read(length) if length else b"")
        upstream = self.proxy.upstream()
        with suppress(Lost, OSError, http.client.HTTPException):
            try:
                self._pass_through(passing, upstream)
            except Instead as other:
                self._answer_instead(other)
        upstream.close()

    def _pass_through(self, passing: Passing, upstream: http.client.HTTPSConnection) -> None:
        self.proxy.check()
        self.proxy.before(passing)
        self.proxy.check()
        headers = {n: v for n, v in self.headers.items() if n.lower() not in _NOT_PASSED_ON}
        upstream.request(self.command, self.path, passing.body or None, headers)
        answer = upstream.getresponse()
        self.proxy.answered[passing.number] = answer.status
        body = b"" if passing.watches else answer.read()
        self.proxy.after(passing)
        self.proxy.check()
        self._answer(passing, answer, body)

    def _answer_instead(self, other: Instead) -> None:
        self.send_response(other.status)
        for name, value in {"Content-Type": "application/json", **other.headers}.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(other.body)))
        self.end_headers()
        self.wfile.write(other.body[: len(other.body) // 2] if other.part else other.body)

    def _answer(self, passing: Passing, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        if not passing.watches:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        while passing.watches and (block := answer.read1(_BLOCK_BYTES)):
            self.proxy.check()
            self.wfile.write(block)
            self.wfile.flush()
