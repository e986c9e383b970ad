"""Whether a run may go on to its next edit: what it edited, and what it rests on, read again.

The first edit is preflight's; here some edits are made already, and MetalLB has answered them. So
an address may be any that was foretold on the way, and what was edited is compared with what the
edit left behind. It refuses to look at the Service of the next edit, which is read with that edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

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


def meanwhile(
    connection: Connection,
    edited: Mapping[ServiceName, Body],
    relied_on: Sequence[Fact],
    may_hold: MayHold,
) -> tuple[Stale, ...]:
    """What is no longer as this run left it, or as it was when the way was planned; empty: go on.

    Arguments: the connection; the Services that were edited, as their last edit left them; the
    facts of the proof; the address lists, each sorted, that a Service may have by now. Raises
    ClusterError where something cannot be read for another reason than being gone.
    """
    facts: dict[ServiceName, list[Fact]] = {}
    for fact in relied_on:
        name = service_of(fact)
        if name is not None and name not in edited:
            facts.setdefault(name, []).append(fact)
    found: list[Stale] = []
    for name in sorted({*edited, *facts}):
        now = get_service(connection, name.namespace, name.name)
        if now is None:
            found.append(Stale(object=service_ref(name), field="", was=None, now=None))
        elif name in edited:
            found.extend(_since(name, edited[name], now, may_hold(name)))
        else:
            found.extend(_no_longer(name, facts[name], now, may_hold(name)))
    found.extend(pools_changed(connection, relied_on))
    return tuple(dict.fromkeys(found))


def service_of(fact: Fact) -> ServiceName | None:
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
