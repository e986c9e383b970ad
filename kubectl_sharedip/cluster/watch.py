"""What happens to LoadBalancer Services, or another resource, from a known moment on.

It exists to wait for MetalLB without asking again and again. A watch breaks for many reasons (load
balancers, restarts of an API server); it is taken up where it was. Refuses to judge what it sees,
and to hide that events were lost: that is WatchExpired.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from kubectl_sharedip.cluster.connection import Connection, Json
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.failures import error_status
from kubectl_sharedip.cluster.limits import unevenly
from kubectl_sharedip.cluster.lists import is_load_balancer, slimmed
from kubectl_sharedip.cluster.resources import SERVICES, Resource

_MAY_PASS = ("unreachable", "timeout", "server")
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 3.0


class WatchExpired(ClusterError):
    """The server no longer knows what happened since the resourceVersion: list again, then watch."""

    def __init__(self, where: str) -> None:
        super().__init__(
            kind="server",
            status=410,
            what="too old resource version: events have been lost",
            where=where,
            todo="read the cluster again",
        )


def watch_services(
    connection: Connection, resource_version: str, deadline_s: float
) -> Iterator[tuple[str, Json]]:
    """Each change of a LoadBalancer Service, of any namespace, as ``(type, Service)``.

    ``resource_version`` is the one after which to begin (of a list, or of an object); empty begins
    with an ADDED for everything there is. The type is ADDED, MODIFIED or DELETED; a Service that
    stops being a LoadBalancer is DELETED. It ends ``deadline_s`` seconds from the first step.

    A broken watch is resumed. Raises WatchExpired where that is impossible, ClusterError where
    rights are missing, or where the server was not to be had at the deadline.
    """
    yield from watch(connection, SERVICES, resource_version, deadline_s)


def watch(
    connection: Connection,
    resource: Resource,
    resource_version: str,
    deadline_s: float,
    *,
    namespace: str | None = None,
    on_trouble: Callable[[], None] | None = None,
) -> Iterator[tuple[str, Json]]:
    """Each change of an object of the resource, of its first selection, as with ``watch_services``.

    ``namespace`` None is the whole cluster. ``on_trouble`` is called where the server is not to be had, once
    until it is again.
    """
    end = time.monotonic() + deadline_s
    kept = _Watch(connection, resource, resource_version, namespace)
    pause_s = _FIRST_PAUSE_S
    trouble: ClusterError | None = None
    while (left_s := end - time.monotonic()) > 0:
        before = kept.resource_version
        try:
            yield from kept.once(left_s)
            trouble = None
        except ClusterError as error:
            if error.kind not in _MAY_PASS or isinstance(error, WatchExpired):
                raise
            if trouble is None and on_trouble is not None:
                on_trouble()
            trouble = error
        # A server that ends every watch at once is given some rest, too.
        pause_s = _FIRST_PAUSE_S if before != kept.resource_version else min(2 * pause_s, _LONGEST_PAUSE_S)
        time.sleep(max(0.0, min(unevenly(pause_s), end - time.monotonic())))
    if trouble is not None:
        raise trouble


class _Watch:
    """How far a watch has got, across connections."""

    def __init__(
        self, connection: Connection, resource: Resource, resource_version: str, namespace: str | None
    ) -> None:
        self.resource_version = resource_version
        self._connection = connection
        self._path = resource.path(namespace)
        self._selector = resource.selections[0]
        self._sifts = False  # whether what the selector was to leave out comes too

    def once(self, timeout_s: float) -> Iterator[tuple[str, Json]]:
        """The changes that one connection brings in so many seconds."""
        query: dict[str, str | int] = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self.resource_version,
            "timeoutSeconds": math.ceil(timeout_s),
            **self._selector,
        }
        try:
            for event in self._connection.stream(self._path, query, timeout_s=timeout_s):
                yield from self._change(event)
        except ClusterError as error:
            if error.status == 410:
                raise WatchExpired(self._connection.where) from error
            if error.status == 400 and self._selector:
                self._selector, self._sifts = (
                    {},
                    True,
                )  # before Kubernetes 1.31: every Service comes, and is looked at here
                return
            raise

    def _change(self, event: Json) -> Iterator[tuple[str, Json]]:
        kind, body = event.get("type"), event.get("object") or {}
        if kind == "ERROR":
            raise error_status(body, self._connection.where)
        self._advance((body.get("metadata") or {}).get("resourceVersion") or "")
        if kind == "BOOKMARK":
            return
        if not self._sifts or is_load_balancer(body):
            yield str(kind), slimmed(body)
        elif kind == "MODIFIED":  # it may have been one; who never saw it has nothing to delete
            yield "DELETED", slimmed(body)

    def _advance(self, version: str) -> None:
        # A watch from the beginning starts with old objects in any order; going back would expire it.
        if version.isdigit() and self.resource_version.isdigit():
            version = max(version, self.resource_version, key=int)
        self.resource_version = version or self.resource_version
