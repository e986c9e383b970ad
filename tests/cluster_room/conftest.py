"""What all tests of the cluster room need: no kubeconfig and no proxy of whoever runs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.fakeapi, however pytest was started

from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from tests.fakeapi import FakeApi

_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")

Connect = Callable[..., Connection]


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", *_PROXIES, *map(str.upper, _PROXIES)):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def to(tmp_path: Path) -> Connect:
    """Connect to a FakeApi; flags as of ConnectionRequest, ``namespace`` is the context's."""

    def connected(api: FakeApi, *, namespace: str | None = None, **flags: object) -> Connection:
        kubeconfig = api.kubeconfig(tmp_path / "config", namespace=namespace)
        return connect(ConnectionRequest(kubeconfig=kubeconfig, **flags))  # type: ignore[arg-type]

    return connected


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-made certificate for the name sharedip.test (not for 127.0.0.1), and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test, and is not there")
    folder = tmp_path_factory.mktemp("tls")
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem"
    named = "-subj /CN=sharedip.test -addext subjectAltName=DNS:sharedip.test"
    subprocess.run(
        ["openssl", *made.split(), *named.split()],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "cert.pem", folder / "key.pem"
