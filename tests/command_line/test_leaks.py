"""Secrets planted everywhere: none of them comes out again, and no Secret is ever asked for."""

from __future__ import annotations

import base64
import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.command_line.lab import SHARED, Lab
from tests.command_line.program import Program
from tests.fakeapi import FakeApi

_TOKEN, _PASSWORD, _ENV = "canary-token-77", "canary-password-77", "canary-environment-77"
_ANNOTATION, _LABEL_OF_POD = "canary-annotation-77", "canary-of-a-pod-77"
_PLANTED = (_TOKEN, _PASSWORD, _ENV, _ANNOTATION, _LABEL_OF_POD)
_WORDS = (
    ("ls", "-A", "-o", "json"),
    ("ls", "-A", "-o", "wide", "--show-labels", "--endpoints"),
    ("why", "-A", "--events", "--habits", "-o", "json"),
    ("why", "dot", "dns-tcp"),
    ("check", "-A", "-o", "json"),
    ("pools", "-o", "json"),
    ("version",),
    ("snapshot",),
    ("snapshot", "--redact"),
    ("fix", "dot", "--dry-run=server", "-o", "json"),
    ("fix", "dot", "--yes", "--allow", "unpin,others"),
    ("undo", "--list", "-o", "json"),
    ("undo", "--yes", "--timeout", "1s"),  # nobody answers this time: it ends as one that was not verified
    ("fix", "nobody", "--dry-run=client"),
)


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        made = Lab(api, program)
        for body in (made.get("dot"), made.get("dns-tcp")):
            body["metadata"].setdefault("annotations", {})["company.example/credential"] = _ANNOTATION
            api.put(body)
        secret = base64.b64encode(_PASSWORD.encode()).decode()
        env = [{"name": "ML_SECRET", "value": secret}]
        container = {"name": "speaker", "args": [f"--password={_PASSWORD}"], "env": env}
        labels = {"app": "metallb", "component": "speaker"}
        api.put(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "namespace": "metallb-system",
                    "name": "speaker-x",
                    "labels": labels,
                    "annotations": {"note": _LABEL_OF_POD},
                },
                "spec": {"nodeName": "n1", "containers": [container]},
            }
        )
        api.token = _TOKEN
        made.metallb_gives("dot", SHARED)
        yield made


def _users(folder: Path) -> dict[str, dict[str, object]]:
    """Ways to log in: the token in the kubeconfig, in a file, from a plugin, and one that is turned down."""
    (folder / "token").write_text(_TOKEN)
    plugin = folder / "plugin"
    status = {"token": _TOKEN, "expirationTimestamp": "2099-01-01T00:00:00Z"}
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    plugin.write_text(f"#!{sys.executable}\nprint({json.dumps(json.dumps(answer))})\n")
    plugin.chmod(0o755)
    exec_ = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "args": [f"--password={_PASSWORD}"],
        "env": [{"name": "PLUGIN_SECRET", "value": _PASSWORD}],
        "interactiveMode": "Never",
    }
    return {
        "token": {"token": _TOKEN},
        "file": {"tokenFile": str(folder / "token")},
        "plugin": {"exec": exec_},
        "refused": {"token": _PASSWORD},
    }


@pytest.mark.parametrize("user", ["token", "file", "plugin", "refused"])
def test_no_secret_comes_out(lab: Lab, user: str) -> None:
    home = lab.program.home
    lab.kubeconfig = lab.api.kubeconfig(home / "config", namespace="shop", user=_users(home)[user])
    kept = {_of_user(path) for path in _files(home)}
    env = {**lab.program.env, "SOME_SECRET": _ENV}
    program = Program(home=home, env=env)
    for words in _WORDS:
        ended = program(*lab.words(*words), "-v", "8")
        # As kubectl, it asks no plugin for a server without TLS: it is turned down, and prints what it ran.
        unheard = (user in ("refused", "plugin") and "--list" not in words) or "nobody" in words
        assert (ended.status == 3) is unheard, (words, ended.err)
        said = ended.out + ended.err
        assert [one for one in _PLANTED if one in said] == [], words
        assert base64.b64encode(_PASSWORD.encode()).decode() not in said, words
    for path in _files(home):
        if _of_user(path) in kept:
            continue
        # What a journal has of a Service it needs whole: the annotation is what is put back.
        planted = [one for one in _PLANTED if one in path.read_text(errors="replace")]
        assert planted in ([], [_ANNOTATION]), path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert lab.journals.is_dir() is (user in ("token", "file"))
    assert [one.path for one in lab.api.requests if "secrets" in one.path] == []


def test_the_token_goes_to_its_server_alone_and_in_no_address(lab: Lab) -> None:
    lab("ls", "-A", "-v", "8")

    assert lab.api.requests
    for asked in lab.api.requests:
        assert _TOKEN not in asked.path and _TOKEN not in str(asked.query)


def _files(home: Path) -> list[Path]:
    return [Path(folder, name) for folder, _, names in os.walk(home) for name in names]


def _of_user(path: Path) -> str:
    return path.name


def test_a_token_on_the_command_line_is_in_no_printed_command(lab: Lab) -> None:
    words = ("fix", "dot", "-n", "shop", "--dry-run=client", "-s", lab.api.url, "--token", _TOKEN)
    for form in ("text", "json", "yaml", "commands"):
        ended = lab.program(*words, "-o", form)
        assert ended.status in (0, 1), ended.err
        assert _TOKEN not in ended.out + ended.err
    document = yaml.safe_load(lab.program(*words, "-o", "yaml").out)
    assert document["kind"] == "Plan"
