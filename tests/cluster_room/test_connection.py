"""One request: what is sent, what comes back, and what each way of failing is called."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from kubectl_sharedip import __version__
from kubectl_sharedip.cluster import connection as connection_module
from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.failures import not_reached
from kubectl_sharedip.cluster.full_pool import trouble_of
from tests.cluster_room.socks_server import SocksServer
from tests.fakeapi import FakeApi, Fault

Connect = Callable[..., Connection]

SECRET = "s3cr3t-token"


@pytest.fixture(autouse=True, params=["plain", "full"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the standard library where the kubeconfig is plain, and with urllib3 all the same."""
    if request.param == "full":
        monkeypatch.setattr(connection_module, "plain_target", lambda request: None)


@pytest.fixture(autouse=True)
def nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield
    assert capfd.readouterr() == ("", "")


def error_of(connection: Connection, path: str = "/version", method: str = "GET") -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        connection.request(method, path)
    assert SECRET not in str(caught.value)
    return caught.value


@contextmanager
def listener(answer: bytes | None = None) -> Iterator[str]:
    """A port that accepts and says ``answer`` to whatever comes, or nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                if answer is not None:
                    connection.recv(65536)
                    connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def test_a_request_says_who_asks_and_takes_gzip(to: Connect) -> None:
    nodes = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{i}"}} for i in range(50)]
    with FakeApi(nodes, token=SECRET) as api:
        packed = to(api).request("GET", "/api/v1/nodes")
        plain = to(api, disable_compression=True).request("GET", "/api/v1/nodes", {"limit": 50})

    assert packed == plain
    first, second = api.requests
    assert first.user_agent.startswith(f"kubectl-sharedip/{__version__} ")
    assert first.headers["accept"] == ("application/json",)
    assert (first.headers["accept-encoding"], second.headers["accept-encoding"]) == (("gzip",), ("identity",))
    assert second.query == {"limit": "50"}


def test_requests_run_side_by_side(to: Connect) -> None:
    with FakeApi() as api:
        api.fail("/version", Fault(delay_s=0.3), times=4)
        connection = to(api)
        threads = [threading.Thread(target=connection.request, args=("GET", "/version")) for _ in range(4)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert time.monotonic() - started < 0.9
    assert len(api.requests) == 4


def test_a_server_that_is_gone_without_a_word_is_noticed(
    to: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 45 s without an answer of its TCP, as kubectl has it: a watch may be silent for longer."""
    made: list[socket.socket] = []
    dial = socket.socket.connect

    def dialled(self: socket.socket, address: Any) -> None:
        made.append(self)
        dial(self, address)

    monkeypatch.setattr(socket.socket, "connect", dialled)
    with FakeApi() as api, SocksServer() as socks:
        through = api.kubeconfig(tmp_path / "k", cluster={"proxy-url": f"socks5://{socks.address}"})
        for connection in (to(api), connect(ConnectionRequest(kubeconfig=through))):
            made.clear()
            connection.request("GET", "/version")
            # The proxy's own way on comes after it; one that was lost is closed, and asked for again.
            ours = next(one for one in made if one.fileno() != -1)
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle = socket.TCP_KEEPIDLE if sys.platform == "linux" else getattr(socket, "TCP_KEEPALIVE", 0)
            times = [
                ours.getsockopt(socket.IPPROTO_TCP, at) for at in (socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            ]
            assert ours.getsockopt(socket.IPPROTO_TCP, idle) + times[0] * times[1] == 45
            connection.close()


def test_an_answer_with_which_the_server_ends_the_connection(tmp_path: Path) -> None:
    """As proxies do; with a time limit, and for a watch."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    with FakeApi() as api, listener(head + b'{"type": "ADDED"}\n') as place:
        kubeconfig = api.kubeconfig(tmp_path / "k", cluster={"server": f"http://{place}"})
        connection = connect(ConnectionRequest(kubeconfig=kubeconfig, request_timeout_s=5.0))

        assert connection.request("GET", "/version") == {"type": "ADDED"}
        assert list(connection.stream("/watch", timeout_s=5.0)) == [{"type": "ADDED"}]
        connection.close()


def test_a_refused_connection(to: Connect) -> None:
    error = error_of(connect(ConnectionRequest(server="http://127.0.0.1:1")))

    assert (error.kind, error.status) == ("unreachable", None)
    assert str(error).splitlines() == [
        "The connection to the server 127.0.0.1:1 was refused",
        "http://127.0.0.1:1: did you specify the right host or port? -f FILE answers without a cluster",
    ]


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    error = error_of(connect(ConnectionRequest(server="http://api.test:6443")))

    assert error.kind == "unreachable"
    assert error.what == "Unable to connect to the server: dial tcp: lookup api.test: no such host"


def test_a_server_that_hangs_is_left_in_time() -> None:
    with listener() as address:
        started = time.monotonic()
        error = error_of(connect(ConnectionRequest(server=f"http://{address}", request_timeout_s=0.2)))

    assert time.monotonic() - started < 1.5
    assert error.kind == "timeout"
    assert error.what == f"The server {address} did not answer within 0.2 s"


def test_the_request_timeout_is_for_all_of_an_answer(to: Connect) -> None:
    drops = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(drops)
                for _ in range(30):
                    time.sleep(0.1)
                    try:
                        connection.sendall(b" " * 20)
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        error = error_of(connect(ConnectionRequest(server=f"http://{address}", request_timeout_s=0.5)))
        assert time.monotonic() - started < 2
        thread.join()

    assert error.kind == "timeout"


def test_a_connection_that_does_not_come_about_says_so() -> None:
    # No loopback address swallows packets, so the words are tried without a network.
    slow = urllib3.exceptions.ConnectTimeoutError(None, "slow")
    error = not_reached(trouble_of(slow), server="10.0.0.1:6443", where="context", waited_s=5)
    assert error.kind == "timeout"
    assert error.what == "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout"


def test_credentials_that_the_server_does_not_know(to: Connect) -> None:
    with FakeApi(token="another") as api:
        error = error_of(connect(ConnectionRequest(server=api.url, token=SECRET)))

    assert (error.kind, error.status) == ("unauthorized", 401)
    assert error.what == "You must be logged in to the server (Unauthorized)"


def test_a_token_with_a_line_break_is_not_quoted(to: Connect) -> None:
    with FakeApi(token=SECRET) as api:
        assert connect(ConnectionRequest(server=api.url, token=f"{SECRET}\n")).request("GET", "/version")
        error = error_of(connect(ConnectionRequest(server=api.url, token=f"{SECRET}\nX-Evil: 1")))

    assert error.kind == "kubeconfig"
    assert len(api.requests) == 1
    assert SECRET not in repr(ConnectionRequest(token=SECRET))


def test_a_right_that_is_missing(to: Connect) -> None:
    with FakeApi(forbidden=[("nodes", None)], user="jane") as api:
        error = error_of(to(api), "/api/v1/nodes")

    assert (error.kind, error.status) == ("forbidden", 403)
    assert error.what == (
        'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes"'
        ' in API group "" at the cluster scope'
    )
    assert error.where == 'context "fake"'


def test_what_is_not_there(to: Connect) -> None:
    with FakeApi(absent=["bgppeers"]) as api:
        named = error_of(to(api), "/api/v1/namespaces/shop/services/web")
        kind = error_of(to(api), "/apis/metallb.io/v1beta2/bgppeers")

    assert (named.kind, named.what) == (
        "not-found",
        'Error from server (NotFound): services "web" not found',
    )
    assert (kind.kind, kind.what) == ("not-found", "Error from server: HTTP 404 404 page not found")


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (500, b'{"message": "etcd is\\n away", "reason": "InternalError"}', "server", "etcd is away"),
        (502, b"<html>gateway</html>", "server", "HTTP 502 Bad Gateway"),
        (504, b"", "timeout", "HTTP 504 Gateway Timeout"),
        (400, b"Client sent an HTTP request to an HTTPS server.\n", "invalid", "HTTP request to an HTTPS"),
        (302, b"", "server", "HTTP 302 Found"),
        (200, b"<html>log in</html>", "server", "does not answer like an API server"),
        (200, b"[1]", "server", "does not answer like an API server"),
        pytest.param(200, b"[" * 200_000, "server", "does not answer like an API server", id="deep"),
        pytest.param(500, b"[" * 200_000, "server", "HTTP 500 Internal Server Error", id="deep 500"),
    ],
)
def test_answers_that_help_nobody(to: Connect, status: int, body: bytes, kind: str, words: str) -> None:
    with FakeApi() as api:
        api.fail("/version", Fault(status=status, body=body, headers={"Location": "/elsewhere"}))
        error = error_of(to(api))

    assert (error.kind, error.status) == (kind, None if status == 200 else status)
    assert words in error.what
    assert len(api.requests) == 1


def test_a_get_whose_connection_breaks_is_made_once_more(to: Connect) -> None:
    with FakeApi() as api:
        api.fail("/version", Fault(drop=True))
        assert to(api).request("GET", "/version")["gitVersion"] == "v1.34.1"
        api.fail("/version", Fault(drop=True), times=2)
        error = error_of(to(api))

    assert error.kind == "unreachable"
    assert error.what.startswith("The connection to the server 127.0.0.1:")
    assert error.what.endswith(" was lost: EOF")
    assert len(api.requests) == 4


def test_what_may_have_changed_something_is_not_repeated(to: Connect) -> None:
    with FakeApi() as api:
        api.fail("services", Fault(drop=True))
        error = error_of(to(api), "/api/v1/namespaces/shop/services/web", "PATCH")

    assert error.kind == "unreachable"
    assert len(api.requests) == 1


def test_a_busy_server_is_asked_again_when_it_says_so(to: Connect) -> None:
    busy = Fault(status=429, body=b"{}", headers={"Retry-After": "0"})
    with FakeApi() as api:
        api.fail("/version", busy, times=2)
        assert to(api).request("GET", "/version")["gitVersion"] == "v1.34.1"
        api.fail("/version", busy, times=3)
        assert error_of(to(api)).status == 429
        api.fail("/version", Fault(status=503, body=b"{}"))
        assert error_of(to(api)).status == 503

    assert len(api.requests) == 3 + 3 + 1


def test_a_certificate_of_an_unknown_issuer(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    with FakeApi(tls=certificate) as api:
        error = error_of(connect(ConnectionRequest(server=api.url)))

    assert error.kind == "unreachable"
    assert error.what == (
        "Unable to connect to the server: tls: failed to verify certificate: x509:"
        " certificate signed by unknown authority"
    )
    assert "certificate-authority" in error.todo


def test_a_certificate_for_another_name(certificate: tuple[Path, Path]) -> None:
    authority = str(certificate[0])
    with FakeApi(tls=certificate) as api:
        error = error_of(connect(ConnectionRequest(server=api.url, certificate_authority=authority)))
        right = connect(
            ConnectionRequest(
                server=api.url, certificate_authority=authority, tls_server_name="sharedip.test"
            )
        )
        assert right.request("GET", "/version")["gitVersion"] == "v1.34.1"

    assert "certificate is not valid for '127.0.0.1'" in error.what
    assert "--tls-server-name" in error.todo


def test_a_certificate_is_not_looked_at_when_that_is_wished(certificate: tuple[Path, Path]) -> None:
    with FakeApi(tls=certificate) as api:
        connection = connect(ConnectionRequest(server=api.url, insecure_skip_tls_verify=True))
        assert connection.request("GET", "/version")["gitVersion"] == "v1.34.1"


def test_a_server_that_does_not_speak_tls() -> None:
    with FakeApi() as api:
        error = error_of(connect(ConnectionRequest(server=api.url.replace("http", "https"))))

    assert error.what == ("Unable to connect to the server: http: server gave HTTP response to HTTPS client")


def test_a_client_certificate_that_is_turned_down() -> None:
    # The alert comes from the server's TLS library; the words are tried without one.
    alert = ssl.SSLError(1, "tlsv13 alert certificate required")
    alert.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    refused = urllib3.exceptions.SSLError(alert)
    error = not_reached(trouble_of(refused), server="10.0.0.1:6443", where="context", waited_s=5)
    assert error.kind == "unauthorized"
    assert error.what == "Unable to connect to the server: remote error: tls: certificate required"


def test_a_proxy_of_the_environment_is_used_except_for_loopback(
    to: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n" + b'{"gitVersion": "prox"}'
    with listener(answer) as proxy, FakeApi() as api:
        monkeypatch.setenv("http_proxy", f"http://{proxy}")
        assert to(api).request("GET", "/version")["gitVersion"] == "v1.34.1"
        beyond = ConnectionRequest(server="http://198.51.100.7:6443")
        assert connect(beyond).request("GET", "/version")["gitVersion"] == "prox"
        monkeypatch.setenv("no_proxy", "198.51.100.0/24")
        monkeypatch.setattr(socket.socket, "connect", _refuse)
        assert error_of(connect(beyond)).what == "The connection to the server 198.51.100.7:6443 was refused"


def _refuse(self: socket.socket, address: object) -> None:
    raise ConnectionRefusedError(111, "Connection refused")


def test_the_proxy_of_a_kubeconfig_goes_first(to: Connect, tmp_path: Path) -> None:
    with FakeApi() as api:
        path = api.kubeconfig(tmp_path / "k", cluster={"proxy-url": "http://127.0.0.1:1"})
        error = error_of(connect(ConnectionRequest(kubeconfig=path)))
        assert error.what == "Unable to connect to the server: proxyconnect tcp: connection refused"

        path = api.kubeconfig(tmp_path / "k", cluster={"proxy-url": f"ftp://jane:{SECRET}@127.0.0.1:1"})
        with pytest.raises(ClusterError) as caught:
            connect(ConnectionRequest(kubeconfig=path))
    assert caught.value.what == "a proxy of the kind ftp:// cannot be used"
    assert SECRET not in str(caught.value)


def test_an_answer_may_be_packed_and_large(to: Connect) -> None:
    large: dict[str, Any] = {"gitVersion": "x" * 300_000}
    with FakeApi() as api:
        body = gzip.compress(json.dumps(large).encode())
        api.fail("/version", Fault(status=200, body=body, headers={"Content-Encoding": "gzip"}))
        assert to(api).request("GET", "/version") == large
