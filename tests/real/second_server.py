"""A second API server of a real cluster, as a highly available one has, and what etcd forgets.

It keeps to the same etcd, and knows nothing of what happened before it began: its cache of watches
begins with it. What was compacted in etcd it cannot look up either. So it answers 410 Gone to whoever
goes on from before.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.realcluster.api import Api
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import Child, Program, free_ports

_READY_TIMEOUT_S = 60.0
_STOP_GRACE_S = 0.2
_ETCD = "--etcd-servers="
_PORT = "--secure-port="


class SecondServer:
    """The server, from the beginning of the block to its end; in the main thread only: see Child.start."""

    def __init__(self, cluster: RealCluster, folder: Path) -> None:
        first = _first(cluster)
        (port,) = free_ports(1)
        self.url = f"https://127.0.0.1:{port}"
        command = tuple(f"{_PORT}{port}" if word.startswith(_PORT) else word for word in first.command)
        self._program = Program(
            name="second-apiserver", command=command, environment=first.environment, log=folder / "second.log"
        )
        authority = cluster.folder / "certs" / "apiserver.crt"
        self.api = Api(server=self.url, authority=authority, token=cluster.admin_token)

    def __enter__(self) -> SecondServer:
        self._child = Child.start(self._program)
        try:
            self._child.wait_ready(self._is_ready, _READY_TIMEOUT_S)
        except BaseException:
            self._child.stop(_STOP_GRACE_S)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.api.close()
        self._child.stop(_STOP_GRACE_S)

    def _is_ready(self) -> bool:
        try:
            return self.api.exchange("GET", "/readyz")[0] == 200
        except OSError:
            return False


def compact(cluster: RealCluster) -> int:
    """Has etcd forget all revisions before the present one, which is returned."""
    now = int(cluster.request("GET", "/api/v1/services?limit=1")["metadata"]["resourceVersion"])
    (address,) = (word.removeprefix(_ETCD) for word in _first(cluster).command if word.startswith(_ETCD))
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        body = json.dumps({"revision": str(now), "physical": True})
        connection.request("POST", "/v3/kv/compaction", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        connection.close()
    return now


def _first(cluster: RealCluster) -> Program:
    (child,) = (child for child in cluster.children if child.program.name == "kube-apiserver")
    return child.program
