"""Whether a plan still fits the cluster: read again, just before the first edit.

A stale plan is made again by whoever made it; this module names what changed and refuses to go by
resourceVersions alone, since MetalLB writes objects that nobody edited. Facts about Services and
pools are compared; those about other objects are not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kubectl_sharedip.apply.fields import (
    INGRESS,
    Body,
    addresses,
    changes,
    field_of,
    field_value,
    shown_addresses,
    value_at,
)
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.lists import list_resource
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.cluster.resources import RESOURCES
from kubectl_sharedip.metallb.annotations import NEW_PREFIX, OLD_PREFIX
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.plan import Edit, Effect, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Stale
from kubectl_sharedip.plan.pool_facts import is_known, pool_of, pool_value


@frozen
class Preflight:
    """``stale``: what changed since, sorted; empty: go on. ``now``: the Services as just read."""

    stale: tuple[Stale, ...]
    now: Mapping[ServiceName, Body]


def preflight(
    connection: Connection, way: Way, before: Mapping[ServiceName, Body], relied_on: Iterable[Fact]
) -> Preflight:
    """Reads the Services of a way again and compares them with what it was planned on.

    Arguments: the connection; the way; the Services as they were when it was planned (edited ones
    at least; what is missing is compared by resourceVersion); the facts of its proof.
    Returns what is no longer so, and each Service of the edits, the effects and the facts as it is
    now: carry_out wants these. Raises ClusterError where one cannot be read for another reason
    than being gone.
    """
    relied_on = tuple(relied_on)
    facts = tuple(fact for fact in relied_on if fact.object.kind == "Service")
    named = {edit.service for edit in way.edits} | {effect.service for effect in way.effects}
    named |= {ServiceName(fact.object.namespace, fact.object.name) for fact in facts}
    answers = {name: get_service(connection, name.namespace, name.name) for name in sorted(named)}
    now: dict[ServiceName, Body] = {name: body for name, body in answers.items() if body is not None}
    found = {_gone(name) for name in named - now.keys()}
    planned: set[ServiceName] = set()
    for edit in way.edits:
        # A second edit of one Service was planned on what the first one leaves behind.
        if edit.service in now and edit.service not in planned:
            found |= set(_edited(edit, before.get(edit.service), now[edit.service]))
        planned.add(edit.service)
    for effect in way.effects:
        if effect.service in now:
            found |= set(_moved(effect, now[effect.service]))
    for fact in facts:
        name = ServiceName(fact.object.namespace, fact.object.name)
        if name in now:
            found |= set(_no_longer(fact, before.get(name), now[name]))
    found |= set(
        pools_changed(connection, [fact for fact in relied_on if fact.object.kind == "IPAddressPool"])
    )
    ordered = sorted(found, key=lambda stale: (stale.object, stale.field, stale.was or "", stale.now or ""))
    return Preflight(stale=tuple(ordered), now=MappingProxyType(now))


def pools_changed(connection: Connection, facts: Iterable[Fact]) -> Iterator[Stale]:
    """What is no longer so of the facts about pools; they are listed, as they were for the plan.

    Raises ClusterError where they cannot be read.
    """
    facts = [fact for fact in facts if fact.object.kind == "IPAddressPool" and is_known(fact.field)]
    for namespace in sorted({fact.object.namespace for fact in facts}):
        bodies = list_resource(connection, RESOURCES["ipaddresspools"], namespace or None)
        pools = {pool.name: pool for body in bodies if (pool := pool_of(body)) is not None}
        for fact in (fact for fact in facts if fact.object.namespace == namespace):
            pool = pools.get(fact.object.name)
            if pool is None:
                yield Stale(object=fact.object, field="", was=None, now=None)
            elif (value := pool_value(pool, fact.field)) != fact.value:
                yield Stale(object=fact.object, field=fact.field, was=fact.value, now=value)


def _gone(name: ServiceName) -> Stale:
    return Stale(object=service_ref(name), field="", was=None, now=None)


def _edited(edit: Edit, was: Body | None, now: Body) -> Iterator[Stale]:
    ref = service_ref(edit.service)
    version = value_at(now, ("metadata", "resourceVersion"))
    for operation in edit.operations:
        value = value_at(now, operation.path)
        if value != operation.was:
            yield Stale(object=ref, field=field_of(operation.path), was=operation.was, now=value)
    if was is None:
        if version != edit.resource_version:
            yield Stale(object=ref, field="metadata.resourceVersion", was=edit.resource_version, now=version)
        return
    for field, value_was, value_now in changes(was, now):
        yield Stale(object=ref, field=field, was=value_was, now=value_now)
    # The status is MetalLB's, but no edit was made yet: an address that came or went was not foretold.
    if sorted(addresses(was)) != sorted(addresses(now)):
        yield _address_change(edit.service, addresses(was), now)


def _moved(effect: Effect, now: Body) -> Iterator[Stale]:
    if sorted(effect.before) != sorted(addresses(now)):
        yield _address_change(effect.service, effect.before, now)


def _address_change(name: ServiceName, was: tuple[Address, ...], now: Body) -> Stale:
    texts = shown_addresses(was), shown_addresses(addresses(now))
    return Stale(object=service_ref(name), field=INGRESS, was=texts[0], now=texts[1])


def _no_longer(fact: Fact, was: Body | None, now: Body) -> Iterator[Stale]:
    value = field_value(now, fact.field)
    if value != fact.value:
        yield Stale(object=fact.object, field=fact.field, was=fact.value, now=value)
    # An annotation is in force or not by the other prefix too; what stood there is in no fact.
    twin = _twin(fact.field)
    if was is not None and twin is not None and field_value(was, twin) != field_value(now, twin):
        yield Stale(object=fact.object, field=twin, was=field_value(was, twin), now=field_value(now, twin))


def _twin(field: str) -> str | None:
    for mine, other in ((NEW_PREFIX, OLD_PREFIX), (OLD_PREFIX, NEW_PREFIX)):
        start = f'metadata.annotations["{mine}'
        if field.startswith(start):
            return f'metadata.annotations["{other}' + field[len(start) :]
    return None
