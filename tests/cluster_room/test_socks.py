"""A SOCKS5 proxy in the kubeconfig; that kubectl takes the same one is shown in tests/real."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_sharedip.cluster.connection import ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from tests.cluster_room.socks_server import SocksServer
from tests.fakeapi import FakeApi

SECRET = "s3cr3t"


def through(api: FakeApi, path: Path, proxy: str, **cluster: object) -> ConnectionRequest:
    return ConnectionRequest(kubeconfig=api.kubeconfig(path, cluster={"proxy-url": proxy, **cluster}))


def refused(request: ConnectionRequest) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        connect(request).request("GET", "/version")
    assert SECRET not in f"{caught.value} {caught.value!r}"
    return caught.value


def test_it_is_asked_for_the_server_whose_name_is_left_to_it(tmp_path: Path) -> None:
    with FakeApi() as api, SocksServer() as socks:
        port = api.url.rpartition(":")[2]
        named = through(api, tmp_path / "k", f"socks5://{socks.address}", server=f"http://api.test:{port}")
        assert connect(named).request("GET", "/version")
        assert connect(through(api, tmp_path / "k", f"socks5h://{socks.address}")).request("GET", "/version")

    assert socks.seen == [f"api.test:{port}", f"127.0.0.1:{port}"]


def test_tls_goes_through_it(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    with FakeApi(tls=certificate, token=SECRET) as api, SocksServer() as socks:
        trusted = {"certificate-authority": str(certificate[0]), "tls-server-name": "sharedip.test"}
        request = through(api, tmp_path / "k", f"socks5://{socks.address}", **trusted)
        assert connect(request).request("GET", "/version")
        assert socks.seen
        untrusted = through(api, tmp_path / "k", f"socks5://{socks.address}")
        assert "unknown authority" in refused(untrusted).what


def test_a_login_is_given(tmp_path: Path) -> None:
    with FakeApi() as api, SocksServer(login=("jane", SECRET)) as socks:
        url = f"socks5://jane:{SECRET}@{socks.address}"
        assert connect(through(api, tmp_path / "k", url)).request("GET", "/version")
        wrong = refused(through(api, tmp_path / "k", f"socks5://joe:{SECRET}@{socks.address}"))
        assert "username/password authentication failed" in wrong.what
        without = refused(through(api, tmp_path / "k", f"socks5://{socks.address}"))
        assert "wants another way to log in" in without.what


def test_what_it_refuses_is_told(tmp_path: Path) -> None:
    with FakeApi() as api, SocksServer(refusal=2) as socks:
        error = refused(through(api, tmp_path / "k", f"socks5://{socks.address}"))
        assert error.what == (
            "Unable to connect to the server: proxyconnect tcp: connection not allowed by ruleset"
        )
    with FakeApi() as api:
        gone = refused(through(api, tmp_path / "k", f"socks5://{socks.address}"))
        assert gone.what == "Unable to connect to the server: proxyconnect tcp: connection refused"
        assert "proxy-url" in gone.todo
