"""Credential plugins: run as kubectl runs them, whatever the library would do.

That kubectl does the same is held against kubectl itself in tests/real.
"""

from __future__ import annotations

import json
import os
import pty
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.cluster import plugin
from kubectl_sharedip.cluster.connection import ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from tests.fakeapi import FakeApi

SECRET = "s3cr3t-token"
V1 = "client.authentication.k8s.io/v1"
Json = dict[str, Any]


def credential(version: str = V1, **status: Any) -> str:
    """A line of a shell script that prints this answer."""
    answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"echo {shlex.quote(json.dumps(answer))}"


class Plugins:
    """Kubeconfigs whose user has a plugin."""

    def __init__(self, folder: Path, pair: tuple[Path, Path]) -> None:
        self.folder = folder
        self.pair = pair

    def script(self, *lines: str) -> str:
        """A plugin; ``runs`` in the folder gets a line for each run."""
        path = self.folder / "plugin"
        path.write_text("\n".join(["#!/bin/sh", f"echo >> {self.folder}/runs", *lines]) + "\n")
        path.chmod(0o755)
        return str(path)

    @property
    def runs(self) -> int:
        """How often it was run."""
        return (self.folder / "runs").read_text().count("\n")

    def api(self, token: str | None = SECRET) -> FakeApi:
        """A server that speaks TLS: with others no plugin is asked."""
        return FakeApi(token=token, tls=self.pair)

    def request(
        self, api: FakeApi, script: str, *, user: Json | None = None, **entry: Any
    ) -> ConnectionRequest:
        """``entry`` are fields of the plugin's entry, ``user`` of the user beside it."""
        spec = {"apiVersion": V1, "command": script, "interactiveMode": "Never", **entry}
        path = api.kubeconfig(
            self.folder / "config",
            user={"exec": spec, **(user or {})},
            cluster={"insecure-skip-tls-verify": True},
        )
        return ConnectionRequest(kubeconfig=path)

    def error(self, script: str, **entry: Any) -> ClusterError:
        """What is said where it cannot be used."""
        with self.api() as api, pytest.raises(ClusterError) as caught:
            connect(self.request(api, script, **entry))
        assert SECRET not in f"{caught.value} {caught.value!r}"
        return caught.value


@pytest.fixture
def plugins(tmp_path: Path, certificate: tuple[Path, Path]) -> Plugins:
    return Plugins(tmp_path, certificate)


def test_it_gives_the_token_and_talks_to_its_user(
    plugins: Plugins, capfd: pytest.CaptureFixture[str]
) -> None:
    with plugins.api() as api:
        request = plugins.request(api, plugins.script("echo log in at X >&2", credential(token=SECRET)))
        assert connect(request).request("GET", "/version")
        assert connect(request).request("GET", "/version")

    assert plugins.runs == 2
    assert capfd.readouterr() == ("", "log in at X\n" * 2)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("exit 3",), "exec: executable {script} failed with exit code 3"),
        (("echo hello",), "decoding stdout: it is no ExecCredential"),
        (("yes '{\"a\":' | head -n 100000",), "decoding stdout: it is no ExecCredential"),
        ((credential(token=""),), "exec plugin didn't return a token or cert/key pair"),
        ((credential(clientKeyData=SECRET),), "exec plugin returned only certificate or key, not both"),
        (
            (credential("x/v2", token=SECRET),),
            "exec plugin is configured to use API version {V1}, plugin returned version x/v2",
        ),
        (("echo apiVersion: " + V1,), "exec plugin didn't return a status field"),
        (
            (credential(token=SECRET, expirationTimestamp="soon"),),
            "decoding stdout: expirationTimestamp is no time",
        ),
    ],
)
def test_answers_that_kubectl_turns_down(plugins: Plugins, lines: tuple[str, ...], words: str) -> None:
    script = plugins.script(*lines)
    error = plugins.error(script)
    assert error.what == f"getting credentials: {words.format(script=script, V1=V1)}"
    assert (error.kind, error.where) == ("kubeconfig", 'user "fake-user"')


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"command": ""}, "command must be specified for fake-user to use exec authentication plugin"),
        ({"apiVersion": ""}, "apiVersion must be specified for fake-user to use exec authentication plugin"),
        ({"apiVersion": V1 + "alpha1"}, f'exec plugin: invalid apiVersion "{V1}alpha1"'),
        (
            {"interactiveMode": ""},
            "interactiveMode must be specified for fake-user to use exec authentication plugin",
        ),
        ({"interactiveMode": "Often"}, 'invalid interactiveMode for fake-user: "Often"'),
    ],
)
def test_entries_that_kubectl_turns_down(plugins: Plugins, entry: Json, words: str) -> None:
    script = plugins.script(credential(token=SECRET))
    assert plugins.error(script, **entry).what == words
    assert not (plugins.folder / "runs").exists()


def test_one_that_is_not_there_says_how_to_get_it(plugins: Plugins) -> None:
    absent = plugins.error("no-such-plugin", installHint="install it with care")
    assert absent.what == "getting credentials: exec: executable no-such-plugin not found"
    assert absent.todo == "install it with care"


def test_it_is_found_beside_its_kubeconfig_and_told_what_its_entry_says(plugins: Plugins) -> None:
    told = plugins.folder / "told"
    plugins.script(f'echo "$1 $WHERE $KUBERNETES_EXEC_INFO" > {told}', credential(token=SECRET))
    with plugins.api() as api:
        env = [{"name": "WHERE", "value": "here"}]
        request = plugins.request(api, "./plugin", args=["first"], env=env, provideClusterInfo=True)
        assert connect(request).request("GET", "/version")

    argument, where, info = told.read_text().split(" ", 2)
    assert (argument, where) == ("first", "here")
    cluster = {"server": api.url, "insecure-skip-tls-verify": True, "config": None}
    assert json.loads(info) == {
        "kind": "ExecCredential",
        "apiVersion": V1,
        "spec": {"interactive": False, "cluster": cluster},
    }


@pytest.mark.parametrize(
    "user",
    [{"token": SECRET}, {"username": "a", "password": "b"}, {"tokenFile": "token"}],
    ids=min,
)
def test_it_is_not_asked_where_something_goes_before_it(plugins: Plugins, user: Json) -> None:
    (plugins.folder / "token").write_text(SECRET)
    with plugins.api() as api:
        connect(plugins.request(api, plugins.script("exit 1"), user=user))
        connect(
            ConnectionRequest(kubeconfig=plugins.request(api, plugins.script("exit 1")).kubeconfig, token="x")
        )
    assert not (plugins.folder / "runs").exists()


def test_it_is_not_asked_for_a_server_without_tls(plugins: Plugins) -> None:
    with FakeApi() as api:
        assert connect(plugins.request(api, plugins.script("exit 1"))).request("GET", "/version")
    assert not (plugins.folder / "runs").exists()


@pytest.mark.parametrize(
    ("mode", "at_terminal", "interactive"),
    [
        ("Never", True, False),
        ("IfAvailable", False, False),
        ("IfAvailable", True, True),
        ("Always", True, True),
    ],
)
def test_stdin_decides_whether_it_may_ask(
    plugins: Plugins, mode: str, at_terminal: bool, interactive: bool, keyboard: Callable[[bool], None]
) -> None:
    keyboard(at_terminal)
    told = plugins.folder / "told"
    lines = (f'echo "$KUBERNETES_EXEC_INFO" > {told}', f"read word; echo $word >> {told}")
    with plugins.api() as api:
        script = plugins.script(*lines, credential(token=SECRET))
        assert connect(plugins.request(api, script, interactiveMode=mode)).request("GET", "/version")

    info, word = told.read_text().splitlines()
    assert json.loads(info)["spec"] == {"interactive": interactive}
    assert word == ("sesame" if interactive else "")


def test_one_that_must_ask_and_cannot_is_not_run(plugins: Plugins, keyboard: Callable[[bool], None]) -> None:
    keyboard(False)
    error = plugins.error(plugins.script("exit 1"), interactiveMode="Always")
    words = "exec plugin cannot support interactive mode: standard input is not a terminal"
    assert error.what == f"getting credentials: {words}"
    assert not (plugins.folder / "runs").exists()


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[bool], None]:
    """Has stdin be a terminal at which "sesame" was typed, or nothing at all."""
    kept = os.dup(0)

    def put_back() -> None:
        os.dup2(kept, 0)
        os.close(kept)

    def become(at_terminal: bool) -> None:
        mine, its = pty.openpty() if at_terminal else (-1, os.open(os.devnull, os.O_RDONLY))
        os.dup2(its, 0)
        os.close(its)
        if at_terminal:
            os.write(mine, b"sesame\n")
            request.addfinalizer(lambda: os.close(mine))
        monkeypatch.setattr("sys.stdin", os.fdopen(os.dup(0)))

    request.addfinalizer(put_back)
    return become


def test_what_has_run_out_is_renewed(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = credential(token=f"{SECRET}-N", expirationTimestamp="2026-01-01T00:00:00Z")
    numbered = f"n=$(wc -l < {plugins.folder}/runs); [ $n -lt 3 ] || exit 1; {answer} | sed s/-N/-$((n))/"
    with plugins.api(f"{SECRET}-1") as api:
        connection = connect(plugins.request(api, plugins.script(numbered)))
        for _ in range(3):  # not for each request
            assert connection.request("GET", "/version")
        assert plugins.runs == 1
        monkeypatch.setattr(plugin, "_RESTED_S", 0.0)
        api.token = f"{SECRET}-2"
        assert connection.request("GET", "/version")
        with pytest.raises(ClusterError, match="failed with exit code 1"):
            connection.request("GET", "/version")


def test_what_the_server_does_not_take_is_renewed_once(plugins: Plugins) -> None:
    numbered = f"n=$(wc -l < {plugins.folder}/runs); {credential(token=SECRET + '-N')} | sed s/-N/-$((n))/"
    with plugins.api(f"{SECRET}-2") as api:
        connection = connect(plugins.request(api, plugins.script(numbered)))
        assert connection.request("PATCH", "/version", body={})["gitVersion"]
        assert plugins.runs == 2
        api.token = "another"
        with pytest.raises(ClusterError, match="must be logged in"):
            connection.request("GET", "/version")
    assert plugins.runs == 3
