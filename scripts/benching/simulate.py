"""``ls -A`` of more Services than fit on this machine, from an API server that is simulated.

What it tells is what the program needs, and how many pages and bytes a server has to hand out; what a
server needs for that is not measured. Refuses to be compared with kubectl.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scripts.benching.measuring import Command, Figures, Stopwatch, measured
from scripts.benching.programs import Installed

_SERVER = Path(__file__).with_name("simulated.py")
Row = tuple[int, Figures, int, int]  # Services, what ls took, requests and bytes of one run


def rows(sizes: Sequence[int], rounds: int, folder: Path, path: str, installed: Installed) -> Iterator[Row]:
    """What ``ls -A`` takes at each size; ``folder`` is for files, ``path`` the PATH of the program."""
    for size in sizes:
        with _serving(size) as port:
            kubeconfig = folder / f"simulated-{size}"
            kubeconfig.write_text(_kubeconfig(port), encoding="utf-8")
            environment = {"HOME": str(folder), "PATH": path, "KUBECONFIG": str(kubeconfig)}
            listed = Command(
                name="ls -A",
                pipeline=((str(installed.plugin), "ls", "-A"),),
                is_answer=partial(_has_rows, size),
            )
            with Stopwatch(folder, environment) as stopwatch:
                figures = measured(stopwatch, [listed], rounds)["ls -A"]
            requests, sent = _told(port)
            yield size, figures, requests // (rounds + 1), sent // (rounds + 1)


def _has_rows(size: int, said: str) -> bool:
    return said.count("\n") == size + 1


@contextmanager
def _serving(size: int) -> Iterator[int]:
    """The port of a server that runs within the block."""
    command = [sys.executable, "-I", str(_SERVER), str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def _told(port: int) -> tuple[int, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/told")
    requests, sent = json.loads(connection.getresponse().read())
    connection.close()
    return requests, sent


def _kubeconfig(port: int) -> str:
    named = [{"name": "big", "cluster": {"server": f"http://127.0.0.1:{port}"}}]
    contexts = [{"name": "big", "context": {"cluster": "big", "user": "big"}}]
    users = [{"name": "big", "user": {}}]
    return json.dumps({"current-context": "big", "clusters": named, "contexts": contexts, "users": users})
