"""Certificates and credential plugins: kubectl and this program, with the same kubeconfig."""

from __future__ import annotations

import base64
import json
import os
import pty
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakeapi import FakeApi
from tests.real.conftest import Clusters
from tests.real.connecting import SideBySide
from tests.realcluster import parts

V1 = "client.authentication.k8s.io/v1"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def pair(clusters: Clusters, tmp_path_factory: pytest.TempPathFactory) -> SideBySide:
    return SideBySide(
        clusters.clean(parts.METALLB_VERSIONS[0]), tmp_path_factory.mktemp("side-by-side-credentials")
    )


def test_certificates_of_people_and_of_servers(pair: SideBySide) -> None:
    people = pair.cluster.people
    jane, late = people.sign("/O=devs/CN=jane"), people.sign("/CN=late", run_out=True)
    files = {"client-certificate": str(jane.certificate), "client-key": str(jane.key)}
    data = {f"{key}-data": base64.b64encode(Path(path).read_bytes()).decode() for key, path in files.items()}
    flags = [f"--{key}={path}" for key, path in files.items()]

    assert pair.whoami("--kubeconfig", pair.kubeconfig(files)) == "jane"
    assert pair.whoami("--kubeconfig", pair.kubeconfig(data)) == "jane"
    assert pair.whoami("--kubeconfig", pair.kubeconfig({}), *flags) == "jane"
    # The server looks at the certificate first, whatever token comes with it.
    token = ("--token", pair.cluster.nobody_token)
    assert pair.whoami("--kubeconfig", pair.kubeconfig(data), *token) == "jane"
    half = pair.kubeconfig({"client-certificate": str(jane.certificate)})
    assert "client-key must be specified for here" in pair.agreed("--kubeconfig", half).words

    run_out = {"client-certificate": str(late.certificate), "client-key": str(late.key)}
    refused = pair.agreed("--kubeconfig", pair.kubeconfig(run_out))
    assert refused.words == "You must be logged in to the server (Unauthorized)"
    assert "expired" in refused.err
    server = people.sign("/CN=server", run_out=True, names="IP:127.0.0.1")
    with FakeApi(tls=(server.certificate, server.key)) as api:
        theirs, ours = pair.ask("-s", api.url, "--certificate-authority", str(people.own.certificate), *token)
    words = "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
    assert ours.words == words
    assert theirs.words.startswith(words)


def _plugin(pair: SideBySide, *lines: str, **entry: Any) -> str:
    """A kubeconfig whose user has a plugin, a script that stands beside it."""
    path = pair.folder / "plugin"
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    spec = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never", **entry}
    return pair.kubeconfig({"exec": spec})


def _gives(**status: str) -> str:
    answer = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
    return f"printf '%s\\n' {shlex.quote(json.dumps(answer))}"


def test_plugins_that_ask_nobody(pair: SideBySide) -> None:
    jane = pair.cluster.people.sign("/CN=joan")
    certificate = {
        "clientCertificateData": jane.certificate.read_text(),
        "clientKeyData": jane.key.read_text(),
    }
    token = _gives(token=pair.cluster.nobody_token)
    theirs, ours = pair.ask("--kubeconfig", _plugin(pair, "echo log in at X >&2", token))
    assert theirs.words == ours.words
    for answer in (theirs, ours):
        assert answer.err.startswith("log in at X\n")
    assert pair.whoami("--kubeconfig", _plugin(pair, _gives(**certificate))) == "joan"
    # Whoever gives a token has no plugin run.
    path = _plugin(pair, "exit 3")
    assert pair.whoami("--kubeconfig", path, "--token", pair.cluster.nobody_token) == "nobody"

    failed = pair.agreed("--kubeconfig", path)
    assert (
        failed.words == f"getting credentials: exec: executable {pair.folder}/plugin failed with exit code 3"
    )
    assert "didn't return a token" in pair.agreed("--kubeconfig", _plugin(pair, _gives())).words
    unsaid = _plugin(pair, token, interactiveMode="")
    assert "interactiveMode must be specified for here" in pair.agreed("--kubeconfig", unsaid).words
    refused = pair.agreed("--kubeconfig", _plugin(pair, _gives(token="x")))
    assert refused.words == "You must be logged in to the server (Unauthorized)"
    theirs, ours = pair.ask(
        "--kubeconfig", _plugin(pair, command="no-such-plugin", installHint="get it at Y")
    )
    for answer in (theirs, ours):
        assert "exec: executable no-such-plugin not found" in answer.err
        assert "get it at Y" in answer.err


def test_plugins_are_told_the_same(pair: SideBySide) -> None:
    told = pair.folder / "told"
    told.mkdir()
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "z"}}
    more = {"tls-server-name": "kubernetes", "disable-compression": True, "extensions": [extension]}
    lines = (
        f'echo "$1 $A $(pwd) $KUBERNETES_EXEC_INFO" > {told}/$$',
        _gives(token=pair.cluster.nobody_token),
    )
    spec = {"args": ["one"], "env": [{"name": "A", "value": "two"}], "provideClusterInfo": True}
    path = Path(_plugin(pair, *lines, **spec))
    content = json.loads(path.read_text())
    content["clusters"][0]["cluster"].update(more)
    path.write_text(json.dumps(content))
    assert pair.whoami("--kubeconfig", str(path)) == "nobody"

    heard = [one.read_text().split(" ", 3) for one in told.iterdir()]
    assert len(heard) == 2
    assert [words[:3] for words in heard] == [["one", "two", str(pair.folder)]] * 2
    first, second = (json.loads(words[3]) for words in heard)
    assert first == second
    assert first["spec"]["cluster"]["config"] == {"audience": "z"}


@pytest.fixture
def keyboards() -> Iterator[list[int]]:
    """The terminals of a test; they are closed with it."""
    opened: list[int] = []
    yield opened
    for one in opened:
        os.close(one)


@pytest.mark.parametrize("mode", ["Never", "IfAvailable", "Always"])
def test_stdin_decides_whether_a_plugin_may_ask(pair: SideBySide, mode: str, keyboards: list[int]) -> None:
    """stdout is no terminal here, and kubectl does not mind."""

    def typed() -> int:
        mine, its = pty.openpty()
        os.write(mine, b"sesame\n")
        keyboards.extend((mine, its))
        return its

    asks = ("echo 'word?' >&2", "read word", '[ "$word" = sesame ] || exit 4')
    path = _plugin(pair, *asks, _gives(token=pair.cluster.nobody_token), interactiveMode=mode)
    if mode == "Never":
        assert "failed with exit code 4" in pair.agreed("--kubeconfig", path, stdin=typed).words
        return
    assert pair.whoami("--kubeconfig", path, stdin=typed) == "nobody"
    words = pair.agreed("--kubeconfig", path).words
    assert ("standard input is not a terminal" if mode == "Always" else "exit code 4") in words
