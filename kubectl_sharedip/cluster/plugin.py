"""Credential plugins, run as kubectl runs them.

The kubernetes library's way differs where people feel it: it asks whether stdout is a terminal where
kubectl asks about stdin, swallows what the plugin says to its user (the address to log in at), goes on
as nobody where the plugin fails, and forgets certificates. So the plugin is run here, and the library
never hears of it. Refuses to guess what a plugin meant: an answer that kubectl turns down is an error.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kubeconfig import Entry
from kubectl_sharedip.cluster.plugin_answer import Issued, understood

_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_MODES = ("Never", "IfAvailable", "Always")
_BEFORE_THE_PLUGIN = ("token", "tokenFile", "username", "client-certificate", "client-certificate-data")
_TOLD = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression")
_RESTED_S = 10.0  # a credential that is too old when it comes is not fetched for every request


class CredentialPlugin:
    """The plugin of one user for one cluster. Several threads may use one; it is run for one at a time."""

    def __init__(self, user: Entry, cluster: Entry) -> None:
        """Raises ClusterError (kubeconfig) where the entry is not one that kubectl would take."""
        spec = user.body["exec"]
        self._spec: Mapping[str, Any] = spec if isinstance(spec, dict) else {}
        self._user = user
        self._cluster = cluster
        self._version = str(self._spec.get("apiVersion") or "")
        self._mode = str(self._spec.get("interactiveMode") or self._usual_mode())
        self._command = self._place_of_command()
        self._check()
        self._turn = threading.Lock()
        self._issued: Issued | None = None
        self._ran_at = 0.0

    def credentials(self) -> Issued:
        """What is in force: the last answer, or a new one where that has run out. Raises ClusterError."""
        with self._turn:
            if self._issued is None or self._has_run_out(self._issued):
                self._issued = self._run()
            return self._issued

    def renew(self, refused: Issued) -> Issued:
        """Another answer, where ``refused`` is still the last: the server did not take it."""
        with self._turn:
            if self._issued is refused:
                self._issued = self._run()
            assert self._issued is not None
            return self._issued

    def _has_run_out(self, issued: Issued) -> bool:
        if issued.until is None or time.monotonic() - self._ran_at < _RESTED_S:
            return False
        return datetime.now(timezone.utc) > issued.until

    def _usual_mode(self) -> str:
        return "" if self._version == _VERSIONS[0] else "IfAvailable"

    def _place_of_command(self) -> str:
        command = str(self._spec.get("command") or "")
        if os.sep in command and self._user.path:  # with no slash it is looked for on PATH
            return str(Path(self._user.path).absolute().parent / command)
        return command

    def _check(self) -> None:
        name = self._user.name
        for key in ("command", "apiVersion"):
            if not self._spec.get(key):
                raise self._wrong(f"{key} must be specified for {name} to use exec authentication plugin")
        if self._version not in _VERSIONS:
            raise self._wrong(f'exec plugin: invalid apiVersion "{self._version}"')
        if not self._mode:
            raise self._wrong(
                f"interactiveMode must be specified for {name} to use exec authentication plugin"
            )
        if self._mode not in _MODES:
            raise self._wrong(f'invalid interactiveMode for {name}: "{self._mode}"')

    def _run(self) -> Issued:
        interactive = self._interactive()
        program = shutil.which(self._command)
        if program is None:
            hint = str(self._spec.get("installHint") or f"install {self._command}, or have it on PATH")
            raise self._failed(f"exec: executable {self._command} not found", hint)
        try:
            done = subprocess.run(
                [program, *map(str, self._spec.get("args") or ())],
                env=self._environment(interactive),
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # stderr is left alone: there it talks to its user
                check=False,
            )
        except OSError as error:
            raise self._failed(f"exec: {self._command}: {(error.strerror or 'failed').lower()}") from None
        self._ran_at = time.monotonic()
        if done.returncode:
            raise self._failed(f"exec: executable {self._command} failed with exit code {done.returncode}")
        try:
            return understood(done.stdout, self._version)
        except ValueError as error:
            raise self._failed(str(error)) from None

    def _interactive(self) -> bool:
        at_terminal = sys.stdin is not None and sys.stdin.isatty()
        if self._mode == "Always" and not at_terminal:
            raise self._failed(
                "exec plugin cannot support interactive mode: standard input is not a terminal",
                "run it where you can type, or log in beforehand",
            )
        return at_terminal and self._mode != "Never"

    def _environment(self, interactive: bool) -> dict[str, str]:
        own = {
            str(item["name"]): str(item.get("value") or "")
            for item in self._spec.get("env") or ()
            if isinstance(item, dict) and item.get("name")
        }
        spec: dict[str, Any] = {"interactive": interactive}
        if self._spec.get("provideClusterInfo"):
            spec["cluster"] = self._told_of_cluster()
        info = {"kind": "ExecCredential", "apiVersion": self._version, "spec": spec}
        return {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info, separators=(",", ":"))}

    def _told_of_cluster(self) -> dict[str, Any]:
        body = self._cluster.body
        told = {key: body[key] for key in _TOLD if body.get(key)}
        authority = body.get("certificate-authority-data")
        if not authority and body.get("certificate-authority"):
            base = Path(self._cluster.path or ".").absolute().parent
            try:
                authority = base64.b64encode((base / body["certificate-authority"]).read_bytes()).decode()
            except OSError as error:
                raise self._failed(f"open {error.filename}: {error.strerror}") from None
        if authority:
            told["certificate-authority-data"] = authority
        extensions = body.get("extensions") or ()
        named = (one for one in extensions if isinstance(one, dict) and one.get("name") == f"{_GROUP}/exec")
        return {**told, "config": next((one.get("extension") for one in named), None)}

    def _wrong(self, what: str) -> ClusterError:
        return ClusterError(
            kind="kubeconfig", what=what, where=self._user.path or "", todo="mend the entry of that user"
        )

    def _failed(self, what: str, todo: str | None = None) -> ClusterError:
        return ClusterError(
            kind="kubeconfig",
            what=f"getting credentials: {what}",
            where=f'user "{self._user.name}"',
            todo=todo or f"run {self._command} by hand to see what it says",
        )


def plugin_of(user: Entry, cluster: Entry) -> CredentialPlugin | None:
    """The plugin to ask, where the user has one and nothing that goes before it, and TLS protects it.

    Raises ClusterError (kubeconfig) where its entry cannot be used.
    """
    if "exec" not in user.body or not str(cluster.body.get("server", "")).startswith("https"):
        return None
    plugin = CredentialPlugin(user, cluster)  # kubectl looks at the entry even where it is not needed
    return None if any(user.body.get(key) for key in _BEFORE_THE_PLUGIN) else plugin
