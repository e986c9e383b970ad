"""The life of the plugin under the real krew: install, upgrade and uninstall from an index on this machine.

The index is a git repository and the archive comes over HTTP from loopback, which is what krew
takes: no file URLs.
"""

from __future__ import annotations

import copy
import functools
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from scripts.releasing import krew_store


def breaches(body: Mapping[str, Any], archive: Path, folder: Path) -> list[str]:
    """A line for each step that fails; everything is made below ``folder``."""
    index = folder / "index"
    (index / "plugins").mkdir(parents=True)
    environment = {
        **os.environ,
        "HOME": str(folder),
        "KREW_ROOT": str(folder / "root"),
        "KREW_DEFAULT_INDEX_URI": str(index),
        "KREW_NO_UPGRADE_CHECK": "1",
        "PATH": krew_store.path_with(folder / "root" / "bin"),
    }
    later = _next(body["spec"]["version"])
    found: list[str] = []
    with _served(archive) as uri:
        _publish(index, body, uri, body["spec"]["version"])
        steps = [("krew", "update"), ("krew", "install", "sharedip"), ("sharedip", "version", "--client")]
        found += _failing(steps, environment)
        _publish(index, body, uri, later)
        steps = [("krew", "update"), ("krew", "upgrade", "sharedip"), ("sharedip", "version", "--client")]
        found += _failing([*steps, ("krew", "uninstall", "sharedip")], environment)
    if (folder / "root" / "bin" / "kubectl-sharedip").is_symlink():
        found.append("the link is left after kubectl krew uninstall")
    return found


def _next(version: str) -> str:
    first, _, last = version.rpartition(".")
    return f"{first}.{int(last) + 1}"


def _publish(index: Path, body: Mapping[str, Any], uri: str, version: str) -> None:
    """The manifest of this version as the newest commit of the index."""
    there = copy.deepcopy(dict(body))
    there["spec"]["version"] = version
    there["spec"]["platforms"][0]["uri"] = uri
    (index / "plugins" / "sharedip.yaml").write_text(yaml.safe_dump(there))
    who = ("-c", "user.name=check-krew", "-c", "user.email=check-krew@localhost")
    if not (index / ".git").exists():
        subprocess.run(["git", "init", "--quiet", "-b", "master", str(index)], check=True)
    subprocess.run(["git", "-C", str(index), "add", "--all"], check=True)
    subprocess.run(["git", "-C", str(index), *who, "commit", "--quiet", "-m", version], check=True)


def _failing(steps: list[tuple[str, ...]], environment: Mapping[str, str]) -> Iterator[str]:
    for words in steps:
        done = subprocess.run(
            ["kubectl", *words], env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield f"kubectl {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that does not tell of every file."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: what krew says is told where it fails."""


@contextmanager
def _served(archive: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(archive.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/{archive.name}"
        finally:
            server.shutdown()
