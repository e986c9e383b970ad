"""A plain kubeconfig is read by a few lines of our own: what comes of it is what the library's way gives."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.cluster import connection as connection_module
from kubectl_sharedip.cluster.connection import ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.plain_target import plain_target
from tests.fakeapi import FakeApi, Json

TOKEN = "s3cr3t"
Kind = tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]  # of cluster, user and request


class Material:
    """Files that kubeconfigs name, and the same as data."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path]) -> None:
        self.folder = folder
        self.certificate, self.key = (file.read_bytes() for file in certificate)
        (folder / "ca.crt").write_bytes(self.certificate)
        (folder / "me.key").write_bytes(self.key)
        (folder / "token").write_text(f"{TOKEN}\n")
        self.data = base64.b64encode(self.certificate).decode()
        self.key_data = base64.b64encode(self.key).decode()

    def plugin(self) -> Json:
        """A credential plugin that gives the token."""
        version = "client.authentication.k8s.io/v1"
        said = json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": {"token": TOKEN}})
        code = f"print({said!r})"
        return {
            "apiVersion": version,
            "command": sys.executable,
            "args": ["-c", code],
            "interactiveMode": "Never",
        }


# The fake API server's certificate is for another name than its address: whoever checks is refused.
_PLAIN: Mapping[str, Callable[[Material], Kind]] = {
    "token": lambda m: ({"insecure-skip-tls-verify": True}, {"token": TOKEN}, {}),
    "token with a line break": lambda m: ({"insecure-skip-tls-verify": True}, {"token": f"{TOKEN}\n"}, {}),
    "wrong token": lambda m: ({"insecure-skip-tls-verify": True}, {"token": "other"}, {}),
    "nobody": lambda m: ({"insecure-skip-tls-verify": True}, {}, {}),
    "flag token": lambda m: ({"insecure-skip-tls-verify": True}, {"token": "other"}, {"token": TOKEN}),
    "flag insecure": lambda m: (
        {"certificate-authority-data": m.data},
        {"token": TOKEN},
        {"insecure_skip_tls_verify": True},
    ),
    "authority as data": lambda m: ({"certificate-authority-data": m.data}, {"token": TOKEN}, {}),
    "authority in a file": lambda m: ({"certificate-authority": "ca.crt"}, {"token": TOKEN}, {}),
    "both, and data counts": lambda m: (
        {"certificate-authority": "missing", "certificate-authority-data": m.data},
        {"token": TOKEN},
        {},
    ),
    "certificate as data": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"client-certificate-data": m.data, "client-key-data": m.key_data, "token": TOKEN},
        {},
    ),
    "certificate in files": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"client-certificate": "ca.crt", "client-key": "me.key", "token": TOKEN},
        {},
    ),
    "extensions": lambda m: (
        {"insecure-skip-tls-verify": True, "extensions": [{"name": "x", "extension": {}}]},
        {"token": TOKEN, "extensions": []},
        {},
    ),
    "empty fields": lambda m: (
        {"insecure-skip-tls-verify": True, "proxy-url": "", "certificate-authority": None},
        {"token": TOKEN, "username": ""},
        {},
    ),
    "namespace by flag": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"token": TOKEN},
        {"namespace": "else"},
    ),
}
_SPECIAL: Mapping[str, Callable[[Material], Kind]] = {
    "name of the server": lambda m: (
        {"certificate-authority-data": m.data, "tls-server-name": "sharedip.test"},
        {"token": TOKEN},
        {},
    ),
    "token file": lambda m: ({"insecure-skip-tls-verify": True}, {"tokenFile": "token"}, {}),
    "token and token file": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"token": "other", "tokenFile": "token"},
        {},
    ),
    "password": lambda m: ({"insecure-skip-tls-verify": True}, {"username": "u", "password": "p"}, {}),
    "plugin": lambda m: ({"insecure-skip-tls-verify": True}, {"exec": m.plugin()}, {}),
    "impersonation": lambda m: ({"insecure-skip-tls-verify": True}, {"token": TOKEN, "as": "jane"}, {}),
    "impersonation by flag": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"token": TOKEN},
        {"as_user": "jane", "as_groups": ("a", "b")},
    ),
    "authority and insecure": lambda m: (
        {"insecure-skip-tls-verify": True, "certificate-authority-data": m.data},
        {"token": TOKEN},
        {},
    ),
    "no authority": lambda m: ({}, {"token": TOKEN}, {}),
    "broken authority": lambda m: ({"certificate-authority-data": "bm90IFBFTQ=="}, {"token": TOKEN}, {}),
    "missing file": lambda m: ({"certificate-authority": "missing"}, {"token": TOKEN}, {}),
    "certificate without a key": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"client-certificate-data": m.data},
        {},
    ),
    "auth provider": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"auth-provider": {"name": "oidc", "config": {"id-token": TOKEN}}},
        {},
    ),
    "no compression": lambda m: (
        {"insecure-skip-tls-verify": True, "disable-compression": True},
        {"token": TOKEN},
        {},
    ),
    "unknown field": lambda m: ({"insecure-skip-tls-verify": True, "later": 1}, {"token": TOKEN}, {}),
    "proxy": lambda m: (
        {"insecure-skip-tls-verify": True, "proxy-url": "http://127.0.0.1:1"},
        {"token": TOKEN},
        {},
    ),
    "a context that is not there": lambda m: ({}, {"token": TOKEN}, {"context": "elsewhere"}),
    "a cluster that is not there": lambda m: ({}, {"token": TOKEN}, {"cluster": "elsewhere"}),
    "a user that is not there": lambda m: (
        {"insecure-skip-tls-verify": True},
        {"token": TOKEN},
        {"user": "elsewhere"},
    ),
}


@pytest.mark.parametrize("kind", [*_PLAIN, *_SPECIAL])
def test_both_ways_ask_the_same_and_come_to_the_same(
    kind: str, tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, user, flags = {**_PLAIN, **_SPECIAL}[kind](Material(tmp_path, certificate))
    with FakeApi(token=TOKEN, tls=certificate) as api:
        kubeconfig = api.kubeconfig(
            tmp_path / "config", namespace="shop", cluster=dict(cluster), user=dict(user)
        )
        request = ConnectionRequest(kubeconfig=kubeconfig, **flags)
        assert (plain_target(request) is not None) == (kind in _PLAIN)

        usual = _came_of(api, request)
        monkeypatch.setattr(connection_module, "plain_target", lambda request: None)
        assert _came_of(api, request) == usual


def _came_of(api: FakeApi, request: ConnectionRequest) -> object:
    """What a connection is, what the server saw, and what came of it."""
    api.requests.clear()
    try:
        connection = connect(request)
        shown = {name: value for name, value in vars(connection).items() if not name.startswith("_")}
        try:
            answer: object = connection.request("GET", "/version", {"a": "b c"})
        finally:
            connection.close()
    except ClusterError as error:
        return str(error), error.kind, error.status, _seen(api)
    return shown, answer, _seen(api)


def _seen(api: FakeApi) -> object:
    return [
        (one.method, one.path, dict(one.query), dict(sorted(one.headers.items()))) for one in api.requests
    ]


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        ("", False),  # an empty file is no error, and there is nothing in it
        ("[]", False),
        ("{", False),
        ("current-context: gone\n", False),
    ],
)
def test_what_is_no_kubeconfig_is_left_to_the_library(tmp_path: Path, content: str, plain: bool) -> None:
    (tmp_path / "config").write_text(content)
    assert (plain_target(ConnectionRequest(kubeconfig=str(tmp_path / "config"))) is not None) == plain


def test_a_broken_file_beside_a_whole_one_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").write_text("{")
    with FakeApi(token=TOKEN) as api:
        whole = api.kubeconfig(tmp_path / "whole")
        monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'missing'}:{whole}")
        assert plain_target(ConnectionRequest()) is not None
        monkeypatch.setenv("KUBECONFIG", f"{whole}:{tmp_path / 'broken'}")
        assert plain_target(ConnectionRequest()) is None
        with pytest.raises(ClusterError, match="yaml"):
            connect(ConnectionRequest())


def test_a_proxy_in_the_environment_is_left_to_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeApi(token=TOKEN) as api:
        request = ConnectionRequest(kubeconfig=api.kubeconfig(tmp_path / "config"))
        assert plain_target(request) is not None
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        assert plain_target(request) is None
