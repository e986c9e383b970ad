"""Connections that are kept, and that the server closes all the same, whatever it promised."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubectl_sharedip.cluster import connection as connection_module
from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from tests.fakeapi import FakeApi

_LONGEST_S = 20.0  # whoever waits for as long hangs
_BODY = b'{"is": "whole"}'
_PROMISE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n"
_WHOLE = _PROMISE + b"Content-Length: %d\r\n\r\n" % len(_BODY) + _BODY
_CHUNKED = _PROMISE + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(_BODY), _BODY)
_PATCHED = "/api/v1/namespaces/shop/services/web"


@pytest.fixture(autouse=True, params=["plain", "full"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "full":
        monkeypatch.setattr(connection_module, "plain_target", lambda request: None)


@dataclass(kw_only=True)
class Server:
    """One that answers as it is told, and counts.

    ``answers`` are what it says to the requests of each connection, in the order in which they are opened;
    after them it closes. To one connection more it only says goodbye. ``asked`` are the first lines of the
    requests, by connection. With ``waits`` it closes only when the test says ``closing``.
    """

    answers: list[list[bytes]]
    waits: bool = False
    asked: list[list[str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def serve(self, connection: socket.socket, number: int) -> None:
        lines = self.asked[number]
        with connection:
            for answer in self.answers[number] if number < len(self.answers) else []:
                request = b""
                while b"\r\n\r\n" not in request:
                    more = connection.recv(65536)
                    if not more:
                        return
                    request += more
                lines.append(request.split(b" HTTP", 1)[0].decode())
                connection.sendall(answer)
            if self.waits:
                self.closing.wait(_LONGEST_S)
        self.closed.release()


@contextmanager
def serving(server: Server) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connection.settimeout(_LONGEST_S)
                server.asked.append([])
                threads.append(
                    threading.Thread(target=server.serve, args=(connection, len(server.asked) - 1))
                )
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.closing.set()
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


Connected = Callable[[str], Connection]


@pytest.fixture
def to(tmp_path: Path) -> Connected:
    def connected(place: str) -> Connection:
        with FakeApi() as api:  # for its kubeconfig alone
            kubeconfig = api.kubeconfig(tmp_path / "k", cluster={"server": f"http://{place}"})
        return connect(ConnectionRequest(kubeconfig=kubeconfig, request_timeout_s=_LONGEST_S))

    return connected


@pytest.mark.parametrize(
    "answer", [_WHOLE, _CHUNKED, _PROMISE + b"\r\n" + _BODY], ids=["length", "chunks", "end"]
)
def test_a_promise_to_keep_a_connection_that_is_closed_at_once(to: Connected, answer: bytes) -> None:
    server = Server(answers=[[answer]] * 3)
    with serving(server) as place:
        connection = to(place)
        for _ in range(3):
            assert connection.request("GET", "/version") == {"is": "whole"}
            assert server.closed.acquire(timeout=_LONGEST_S)
        connection.close()
    assert server.asked == [["GET /version"]] * 3


def test_one_is_kept_where_the_promise_is(to: Connected) -> None:
    server = Server(answers=[[_WHOLE] * 3], waits=True)
    with serving(server) as place:
        connection = to(place)
        assert [connection.request("GET", "/version") for _ in range(3)] == [{"is": "whole"}] * 3
        connection.close()
    assert server.asked == [["GET /version"] * 3]


def test_all_that_were_kept_are_dead_when_the_next_request_comes(
    to: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a load balancer was restarted, seen a moment too late: one GET, one try more, one answer."""
    server = Server(answers=[[_WHOLE], [_WHOLE], [_WHOLE], [_WHOLE]], waits=True)
    with serving(server) as place:
        connection = to(place)
        together = threading.Barrier(3, timeout=_LONGEST_S)
        answers: list[object] = []

        def ask() -> None:
            together.wait()
            answers.append(connection.request("GET", "/version"))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [{"is": "whole"}] * 3
        kept = len(server.asked)
        server.closing.set()
        for _ in range(kept):
            assert server.closed.acquire(timeout=_LONGEST_S)
        unseen(monkeypatch)
        assert connection.request("GET", "/version") == {"is": "whole"}
        connection.close()
    assert sum(map(len, server.asked)) == 4


def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody notices before a request is sent that the server has closed."""
    monkeypatch.setattr("kubectl_sharedip.cluster.plain_pool._has_ended", lambda connection: False)
    monkeypatch.setattr("urllib3.connectionpool.is_connection_dropped", lambda connection: False)


def test_an_edit_is_sent_once_and_not_into_a_dead_connection(
    to: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(answers=[[_WHOLE], [_WHOLE]], waits=True)
    with serving(server) as place:
        connection = to(place)
        assert connection.request("GET", "/version") == {"is": "whole"}
        server.closing.set()
        assert server.closed.acquire(timeout=_LONGEST_S)
        unseen(monkeypatch)
        assert connection.request("PATCH", _PATCHED) == {"is": "whole"}
        connection.close()
    assert server.asked == [["GET /version"], [f"PATCH {_PATCHED}"]]


def test_an_edit_whose_answer_is_lost_is_not_sent_again(to: Connected) -> None:
    server = Server(answers=[[_WHOLE], [b""], [_WHOLE]])
    with serving(server) as place:
        connection = to(place)
        connection.request("GET", "/version")
        with pytest.raises(ClusterError) as caught:
            connection.request("PATCH", _PATCHED)
        assert caught.value.kind == "unreachable"
        assert connection.request("GET", "/version") == {"is": "whole"}
        connection.close()
    assert server.asked == [["GET /version"], [f"PATCH {_PATCHED}"], ["GET /version"]]
