"""What MetalLB makes of the edits, as it happens.

A watch begun at the first edit misses nothing between edits. Where watching is forbidden the
Services are read again each second. It refuses to say what a difference means: it keeps the set
of Services that are not as foretold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from typing import cast

from kubectl_sharedip.apply.fields import AddressLists, Body, addresses, value_at
from kubectl_sharedip.cluster.connection import Connection, Json
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.cluster.watch import WatchExpired, watch_services
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Way
from kubectl_sharedip.model.results import Missed, ProgressEvent, Waiting

_SLICE_S = 5.0  # how often progress is told while nothing happens
_POLL_S = 1.0
_NO_RIGHTS = ("forbidden", "unauthorized")
_MAY_PASS = ("unreachable", "timeout", "server")


def foretold(way: Way, before: Mapping[ServiceName, tuple[Address, ...]]) -> dict[ServiceName, AddressLists]:
    """The address lists that each Service may end with, each list sorted as those of ``before``.

    Effects say it for those that change; the other edited ones keep what they have, and so does
    every other Service of ``before`` that has an address.
    """
    edited = {edit.service for edit in way.edits}
    expected: dict[ServiceName, AddressLists] = {
        name: (now,) for name, now in before.items() if now or name in edited
    }
    for effect in way.effects:
        expected[effect.service] = tuple(tuple(sorted(each)) for each in effect.after)
    return expected


class Sight:
    """The Services as last seen. ``unmet`` are those not as foretold, ``error`` why it is blind."""

    def __init__(
        self,
        connection: Connection,
        way: Way,
        before: Mapping[ServiceName, Body],
        progress: Callable[[ProgressEvent], None],
    ) -> None:
        """Arguments: the connection; the way; the Services before; who is told of the waiting."""
        self.objects: dict[ServiceName, Body | None] = dict(before)
        self.error: str | None = None
        self._connection = connection
        self._before = {name: tuple(sorted(addresses(body))) for name, body in before.items()}
        self._expected = foretold(way, self._before)
        self._moving = {effect.service for effect in way.effects}
        self._between = {effect.service: effect.after for effect in way.between}
        self._concerned = {edit.service for edit in way.edits} | {effect.service for effect in way.effects}
        self._progress = progress
        self._resource_version: str | None = None
        self._polling = False
        self._hopeless = False
        self.unmet: set[ServiceName] = set()
        for name in self._expected:
            self._judge(name)

    def may_hold(self, name: ServiceName) -> AddressLists:
        """The address lists, sorted, that the Service may have while the edits are being made."""
        # MetalLB may take an address away before it gives the next one.
        taken: AddressLists = ((),) if name in self._moving or name in self._between else ()
        passing = (tuple(sorted(each)) for each in self._between.get(name, ()))
        return (self._before.get(name, ()), *self._expected.get(name, ()), *taken, *passing)

    def note(self, name: ServiceName, body: Body) -> None:
        """Takes in the answer to an edit; the first one is where watching begins."""
        self.objects[name] = body
        self._judge(name)
        if self._resource_version is None:
            self._resource_version = value_at(body, ("metadata", "resourceVersion"))

    def wait(self, enough: Callable[[], bool], until_s: float) -> bool:
        """Looks until ``enough`` or until that time of the monotonic clock; whether it is enough."""
        if self._resource_version is None or self._concerned - self.objects.keys():
            self._read(self._concerned)
        while not enough():
            left_s = until_s - time.monotonic()
            if left_s <= 0 or self._hopeless:
                return False
            self._progress(Waiting(services=tuple(sorted(self.unmet)), left_s=left_s))
            self._look(enough, min(left_s, _SLICE_S))
        return True

    def wait_settled(self, enough: Callable[[], bool], until_s: float, settle_s: float) -> bool:
        """As ``wait``, where ``enough`` has to last for ``settle_s`` seconds."""
        while self.wait(enough, until_s):
            if not self.wait(lambda: not enough(), time.monotonic() + settle_s):
                return True
        return False

    def missed(self) -> tuple[Missed, ...]:
        """The Services that are not as foretold."""
        return tuple(
            Missed(
                service=name,
                expected=self._expected[name],
                seen=None if (body := self.objects.get(name)) is None else addresses(body),
            )
            for name in sorted(self.unmet)
        )

    def _look(self, enough: Callable[[], bool], for_s: float) -> None:
        if self._polling or self._resource_version is None:
            time.sleep(min(_POLL_S, for_s))
            self._read(self._concerned)
            return
        try:
            stream = watch_services(self._connection, self._resource_version, for_s)
            with closing(cast("Generator[tuple[str, Json], None, None]", stream)) as events:
                for kind, body in events:
                    self._take(kind, body)
                    if enough():
                        break
            self.error = None
        except WatchExpired:
            self._resource_version = ""  # everything there is, again; deletions are found by reading
            self._read(self._concerned)
        except ClusterError as error:
            self.error = str(error)
            self._polling = error.kind not in _MAY_PASS

    def _read(self, names: Iterable[ServiceName]) -> None:
        try:
            for name in sorted(names):
                self.objects[name] = get_service(self._connection, name.namespace, name.name)
                self._judge(name)
            self.error = None
        except ClusterError as error:
            self.error = str(error)
            self._hopeless = error.kind in _NO_RIGHTS

    def _take(self, kind: str, body: Json) -> None:
        metadata = body["metadata"]
        name = ServiceName(metadata["namespace"], metadata["name"])
        self._resource_version = metadata["resourceVersion"]
        if name not in self._expected:
            return
        known = self.objects.get(name)
        # The watch began at the first edit, so it also brings what came before a later answer.
        if known is None or not _older(body, known):
            self.objects[name] = None if kind == "DELETED" else body
            self._judge(name)

    def _judge(self, name: ServiceName) -> None:
        body = self.objects.get(name)
        if body is None:
            met = name not in self._concerned  # deleted by its owner: not moved by an edit
        else:
            met = tuple(sorted(addresses(body))) in self._expected.get(name, ())
        (self.unmet.discard if met else self.unmet.add)(name)


def _older(one: Body, other: Body) -> bool:
    versions = [value_at(body, ("metadata", "resourceVersion")) or "" for body in (one, other)]
    return all(version.isdigit() for version in versions) and int(versions[0]) < int(versions[1])
