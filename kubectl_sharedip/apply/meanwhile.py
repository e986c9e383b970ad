"""Whether a run may go on to its next edit: what it edited, and what it rests on, read again.

The first edit is preflight's; here some edits are made already, and MetalLB has answered them. So
an address may be any that was foretold on the way, and what was edited is compared with what the
edit left behind. It refuses to look at the Service of the next edit, which is read with that edit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kubectl_sharedip.apply.fields import (
    INGRESS,
    AddressLists,
    Body,
    addresses,
    changes,
    field_value,
    shown_addresses,
)
from kubectl_sharedip.apply.preflight import pools_changed
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Stale

MayHold = Callable[[ServiceName], AddressLists]

_FEW = 8  # Services that are read again before every edit
_LOOK_AGAIN_S = 1.0  # how often more than those are


class Meanwhile:
    """Looks at what must not change while a run is under way."""

    def __init__(self, connection: Connection, relied_on: Iterable[Fact], may_hold: MayHold) -> None:
        """Arguments: the connection; the facts of the proof; the address lists, each sorted, that a
        Service may have by now.
        """
        self._connection = connection
        self._relied_on = tuple(relied_on)
        self._may_hold = may_hold
        self._looked_at_s: float | None = None

    def changed(self, edited: Mapping[ServiceName, Body], *, but: ServiceName) -> tuple[Stale, ...]:
        """What is no longer as this run left it, or as it was when the way was planned; empty: go on.

        Where many Services are concerned it looks once a second at most, and says nothing between:
        a run of a hundred edits would else read ten thousand times. Arguments: the Services that were
        edited, as their last edit left them; the one that is not looked at here. Raises ClusterError
        where something cannot be read for another reason than being gone.
        """
        facts: dict[ServiceName, list[Fact]] = {}
        for fact in self._relied_on:
            name = _service_of(fact)
            if name is not None and name not in (*edited, but):
                facts.setdefault(name, []).append(fact)
        names = sorted({*edited, *facts} - {but})
        now_s = time.monotonic()
        looked_s = self._looked_at_s
        if len(names) > _FEW and looked_s is not None and now_s - looked_s < _LOOK_AGAIN_S:
            return ()
        found: list[Stale] = []
        for name in names:
            now = get_service(self._connection, name.namespace, name.name)
            if now is None:
                found.append(Stale(object=service_ref(name), field="", was=None, now=None))
            elif name in edited:
                found.extend(_since(name, edited[name], now, self._may_hold(name)))
            else:
                found.extend(_no_longer(name, facts[name], now, self._may_hold(name)))
        found.extend(pools_changed(self._connection, self._relied_on))
        self._looked_at_s = time.monotonic()
        return tuple(dict.fromkeys(found))


def _service_of(fact: Fact) -> ServiceName | None:
    """The Service that a fact is about, None where it is about something else."""
    return ServiceName(fact.object.namespace, fact.object.name) if fact.object.kind == "Service" else None


def _since(name: ServiceName, was: Body, now: Body, allowed: AddressLists) -> Iterator[Stale]:
    ref = service_ref(name)
    yield from (Stale(object=ref, field=field, was=old, now=new) for field, old, new in changes(was, now))
    if tuple(sorted(addresses(now))) not in allowed:
        yield _elsewhere(name, shown_addresses(addresses(was)), now)


def _no_longer(name: ServiceName, facts: Sequence[Fact], now: Body, allowed: AddressLists) -> Iterator[Stale]:
    for fact in facts:
        if fact.field == INGRESS:
            if tuple(sorted(addresses(now))) not in allowed:
                yield _elsewhere(name, fact.value, now)
        elif (value := field_value(now, fact.field)) != fact.value:
            yield Stale(object=fact.object, field=fact.field, was=fact.value, now=value)


def _elsewhere(name: ServiceName, was: str | None, now: Body) -> Stale:
    return Stale(object=service_ref(name), field=INGRESS, was=was, now=shown_addresses(addresses(now)))
