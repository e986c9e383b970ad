"""A glance asks whom the usual connection would ask, with less; what it cannot do it leaves to that one."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest

from kubectl_sharedip.cluster.glance import Glance, NoAnswer
from kubectl_sharedip.cluster.plain_config import read_config
from kubectl_sharedip.cluster.request import ConnectionRequest
from tests.fakeapi import FakeApi, Fault, Json

_QUICK = "kubectl-sharedip (completion)"


def glance(api: FakeApi, folder: Path, *, user: Json | None = None, cluster: Json | None = None) -> Glance:
    """At the fake API server, with these fields of user and cluster in the kubeconfig."""
    kubeconfig = api.kubeconfig(folder / "config", namespace="shop", user=user, cluster=cluster)
    return Glance(ConnectionRequest(kubeconfig=kubeconfig))


def namespace(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def test_several_files_are_one_as_kubectl_reads_them(tmp_path: Path) -> None:
    def context(name: str, **fields: str) -> Json:
        return {"name": name, "context": {"cluster": "c", "user": "u", **fields}}

    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(json.dumps({"contexts": [context("a", namespace="here")]}))
    second.write_text(
        json.dumps({"current-context": "a", "contexts": [context("b"), context("a", namespace="there")]})
    )
    (tmp_path / "broken").write_text("{")

    paths = ":".join(str(tmp_path / name) for name in ("missing", "broken", "first", "second"))
    config = read_config(None, {"KUBECONFIG": paths})

    assert sorted(config.entries["contexts"]) == ["a", "b"]
    assert config.namespace(ConnectionRequest()) == "here"
    assert config.namespace(ConnectionRequest(context="b")) == "default"
    assert config.namespace(ConnectionRequest(context="b", namespace="asked")) == "asked"


@pytest.mark.parametrize(
    ("server", "quick"),
    [
        ("https://192.0.2.1:6443", True),
        ("http://127.0.0.1:8080/at", True),
        ("http://localhost", True),
        ("http://[::1]:8080", True),
        ("http://192.0.2.1:8080", False),
        ("http://127.0.0.1.example:8080", False),
        ("192.0.2.1:6443", False),
    ],
)
def test_a_token_goes_in_clear_text_to_this_machine_alone(tmp_path: Path, server: str, quick: bool) -> None:
    content = {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    }
    (tmp_path / "config").write_text(json.dumps(content))

    config = read_config(str(tmp_path / "config"), {})

    assert (config.plain(ConnectionRequest()) is not None) == quick


def test_a_token_is_sent_without_the_library(tmp_path: Path) -> None:
    with FakeApi([namespace("shop")], token="secret") as api:
        assert glance(api, tmp_path).namespaces() == ["shop"]
        assert [asked.user_agent for asked in api.requests] == [_QUICK]


@pytest.mark.parametrize("form", ["data", "file"])
def test_a_certificate_of_ones_own(tmp_path: Path, certificate: tuple[Path, Path], form: str) -> None:
    names = ("client-certificate", "client-key")
    if form == "data":
        user = {
            f"{name}-data": base64.b64encode(path.read_bytes()).decode()
            for name, path in zip(names, certificate, strict=True)
        }
    else:  # relative to the kubeconfig
        for name, path in zip(names, certificate, strict=True):
            (tmp_path / name).write_bytes(path.read_bytes())
        user = {name: name for name in names}
    with FakeApi([namespace("shop")], tls=certificate) as api:
        found = glance(api, tmp_path, user=user, cluster={"insecure-skip-tls-verify": True})

        assert found.namespaces() == ["shop"]
        assert [asked.user_agent for asked in api.requests] == [_QUICK]


def test_the_name_in_a_certificate_is_checked(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    trusted = {"certificate-authority": str(certificate[0])}
    with FakeApi([namespace("shop")], tls=certificate) as api:
        with pytest.raises(NoAnswer):  # it is for sharedip.test
            glance(api, tmp_path, cluster=trusted).namespaces()
        with pytest.raises(NoAnswer):
            glance(api, tmp_path).namespaces()
        named = glance(api, tmp_path, cluster={**trusted, "tls-server-name": "sharedip.test"})

        assert named.namespaces() == ["shop"]
        assert _QUICK not in [asked.user_agent for asked in api.requests]


@pytest.mark.parametrize(("mode", "run"), [("Never", True), ("IfAvailable", True), ("Always", False)])
def test_a_credential_plugin_is_run_unless_it_asks_a_person(
    tmp_path: Path, certificate: tuple[Path, Path], mode: str, run: bool
) -> None:
    token = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    said = json.dumps({**token, "status": {"token": "secret"}})
    code = f"open({str(tmp_path / 'ran')!r}, 'w'); print({said!r})"
    plugin = {
        "apiVersion": token["apiVersion"],
        "command": sys.executable,
        "args": ["-c", code],
        "interactiveMode": mode,
    }
    trusted = {"certificate-authority": str(certificate[0]), "tls-server-name": "sharedip.test"}
    with FakeApi([namespace("shop")], token="secret", tls=certificate) as api:
        looked = glance(api, tmp_path, cluster=trusted, user={"exec": plugin})
        if run:
            assert looked.namespaces() == ["shop"]
        else:
            with pytest.raises(NoAnswer):
                looked.namespaces()
    assert (tmp_path / "ran").exists() == run


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"[" * 200_000], ids=["page", "list", "deep"])
def test_an_answer_that_is_no_object_is_left_to_the_usual_connection(tmp_path: Path, body: bytes) -> None:
    with FakeApi([namespace("shop")]) as api:
        api.fail("namespaces", Fault(status=200, body=body))
        with pytest.raises(NoAnswer):
            glance(api, tmp_path).namespaces()
