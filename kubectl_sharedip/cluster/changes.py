"""Whether anything happened to some resources since the last time somebody asked.

It exists for answers that are given again when the cluster changes. What happened is not told: the
answer is made from a new reading, so nothing is lost where a watch breaks, and a watch that breaks or is
taken up anew counts as a change. Where the whole cluster may not be watched, the namespace is that would
be read in its place. Refuses to end by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.limits import unevenly
from kubectl_sharedip.cluster.read import USUAL_METALLB_NAMESPACE
from kubectl_sharedip.cluster.resources import RESOURCES, Resource
from kubectl_sharedip.cluster.watch import WatchExpired, watch

_ONE_WATCH_S = 3600.0
_AFTER_TROUBLE_S = 3.0
_NEVER = ("forbidden", "not-found", "unauthorized")  # asking again would not help


class Changes:
    """Watches of some resources, from its making on.

    ``unwatched`` are those that cannot be watched although they may be read, by their plural in the
    API: their changes may pass unseen. What may not even be read changes no answer. ``narrow`` are those
    that were not to be had everywhere when it began, and so are watched in one namespace or not at all:
    where they are read everywhere by now, changes may pass unseen, too.
    """

    def __init__(
        self, connection: Connection, resources: Iterable[str], *, metallb_namespace: str | None = None
    ) -> None:
        """Begins to watch. ``resources`` are keys of RESOURCES; ``metallb_namespace`` None is the usual.

        Raises ClusterError where no server answers.
        """
        self.unwatched: frozenset[str] = frozenset()
        self.narrow: frozenset[str] = frozenset()
        self._connection = connection
        self._metallb_namespace = metallb_namespace or USUAL_METALLB_NAMESPACE
        self._changed = threading.Event()
        self._adding = threading.Lock()
        for name in resources:
            row = RESOURCES[name]
            for namespace in self._places(row):
                try:
                    version = self._version(row, namespace)
                except ClusterError as error:
                    if error.kind not in _NEVER:
                        raise
                    self.narrow |= {row.plural}
                    continue
                arguments = (row, namespace, version)
                threading.Thread(target=self._follow, args=arguments, daemon=True).start()
                break

    def wait(self, longest_s: float | None, *, gather_s: float) -> bool:
        """Returns once something has changed since the last call, or after ``longest_s`` seconds.

        ``gather_s`` more are given to what comes together with the first change. Returns whether
        anything has changed.
        """
        changed = self._changed.wait(longest_s)
        if changed:
            time.sleep(gather_s)
        self._changed.clear()
        return changed

    def _places(self, row: Resource) -> tuple[str | None, ...]:
        """Where it is watched: everywhere, else where it is read in place of that."""
        if row.fallback == "none":
            return (None,)
        own = self._connection.namespace if row.fallback == "current" else self._metallb_namespace
        return None, own

    def _version(self, row: Resource, namespace: str | None) -> str:
        """The resourceVersion of the list as it is now."""
        page = self._connection.request("GET", row.path(namespace), {"limit": 1})
        return (page.get("metadata") or {}).get("resourceVersion") or ""

    def _follow(self, row: Resource, namespace: str | None, version: str) -> None:
        while True:
            try:
                # Whoever reads anew then finds out whether the server is away.
                news = watch(
                    self._connection,
                    row,
                    version,
                    _ONE_WATCH_S,
                    namespace=namespace,
                    on_trouble=self._changed.set,
                )
                for _ in news:
                    self._changed.set()
            except WatchExpired:
                pass
            except ClusterError as error:
                if error.kind in _NEVER:
                    with self._adding:
                        self.unwatched |= {row.plural}
                    self._changed.set()
                    return
                time.sleep(unevenly(_AFTER_TROUBLE_S))
            try:
                version = self._version(row, namespace)
            except ClusterError:
                version = "0"  # any state that the server has; the next attempt says more
            self._changed.set()
