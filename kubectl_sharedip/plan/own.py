"""What the named Service itself may become, for each kind of goal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from kubectl_sharedip.metallb.meant import renamings
from kubectl_sharedip.metallb.pools import excluded_by
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import backend_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import (
    asks_twice,
    texts_asked_for,
    with_readable_request,
    with_requested_addresses,
    with_requested_pool,
    without_annotated_request,
    without_field_request,
    without_requested_address,
    without_requested_pool,
)
from kubectl_sharedip.plan.edits import renamed, with_key, with_policy, without_key
from kubectl_sharedip.plan.free import free_for


def joining(
    state: State, service: Service, goal: Goal, keys: tuple[str, ...], like: Service | None
) -> Iterator[Service]:
    """What it may become so that it gets onto an address, alone or beside others.

    Where it has no annotation of its own, it writes as ``like`` does.
    """
    partner = state.services.get(goal.share_with) if goal.share_with else None
    if goal.addresses:
        requests = _asking(state, service, goal.addresses, like)
    elif partner is not None:
        plain = _as_it_asks(state, service)
        held = status_addresses(partner)
        requests = [*plain, *_their_pool(state, service, held), *_asking(state, service, held, like)]
    else:
        requests = _as_it_asks(state, service)
    for one in _distinct(requests):
        for keyed in (one, *(with_key(state, one, key, like) for key in keys)):
            yield keyed
            other = "Cluster" if service.external_traffic_policy == "Local" else "Local"
            if backend_key(with_policy(keyed, other)) != backend_key(keyed):
                yield with_policy(keyed, other)


def by_itself(state: State, service: Service, goal: Goal) -> Iterator[Service]:
    """What only changes what it asks for, and its misspelt annotations; nobody else is concerned."""
    if goal.pin:
        held = status_addresses(service)
        if held:
            yield from _asking(state, service, held, None)
        return
    for one in _renamed(state, service):
        yield from (one, without_requested_address(one, state.version))
    # Who asks for nothing is given no pin: what it lacks is not an address to ask for.
    asks = goal.separate or _asks_for_something(state, service)
    for addresses in free_for(state, service) if asks else ():
        for one in (service, *_keyless(state, service, goal)):
            asking = with_requested_addresses(state, one, addresses, service)
            yield from (asking, without_requested_pool(asking, state.version))
    yield from _of_each_family(state, service)
    yield from _other_pools(state, service)
    for one in _keyless(state, service, goal):
        yield from _as_it_asks(state, one)


def _as_it_asks(state: State, service: Service) -> list[Service]:
    """Its requests as they are, or fewer of them."""
    version = state.version
    readable = with_readable_request(service, version)
    addresses = [
        service,
        readable,
        *_asking_once(service, version),
        without_requested_address(service, version),
    ]
    return [*addresses, *(without_requested_pool(one, version) for one in addresses)]


def _asking(
    state: State, service: Service, addresses: tuple[Address, ...], like: Service | None
) -> list[Service]:
    """Asking for these addresses, in each form that may do, with its request for a pool or without."""
    version = state.version
    asking = with_requested_addresses(state, service, addresses, like)
    forms = [service, asking, without_requested_pool(asking, version)]
    said = {str(address) for address in addresses}
    return [
        *forms,
        *(one for one in _each_once(service, version) if set(texts_asked_for(one, version)) == said),
    ]


def _each_once(service: Service, version: Version) -> tuple[Service, ...]:
    """Where it asks in the field and in the annotation: with one of the two."""
    if not asks_twice(service, version):
        return ()
    return without_field_request(service), without_annotated_request(service, version)


def _asking_once(service: Service, version: Version) -> Iterator[Service]:
    """Where it asks in the field and in the annotation: with one of the two, which one being plain.

    It is where both say the same, or one of them says what it has. To choose between two addresses
    is for whoever wants them.
    """
    once = _each_once(service, version)
    held = {str(address) for address in status_addresses(service)}
    said = [set(texts_asked_for(one, version)) for one in once]
    same = said[:1] == said[1:]
    yield from (one for one, texts in zip(once, said, strict=True) if same or texts == held)


def _their_pool(state: State, service: Service, addresses: tuple[Address, ...]) -> Iterator[Service]:
    """Where it asks for another pool than that of these addresses: asking for that one."""
    owner, request = state.pools.owner(addresses), requested(service, state.version)
    if owner is None or not isinstance(request, Request) or request.pool_name in ("", owner.name):
        return
    asking = with_requested_pool(state, service, owner.name)
    yield from (asking, without_requested_address(asking, state.version))


def _keyless(state: State, service: Service, goal: Goal) -> Iterator[Service]:
    if goal.separate:
        yield without_key(state, service)


def _asks_for_something(state: State, service: Service) -> bool:
    request = requested(service, state.version)
    return not isinstance(request, Request) or bool(request.addresses or request.pool_name)


def _renamed(state: State, service: Service) -> Iterator[Service]:
    """With one misspelt annotation called what it was meant to be, or all of them."""
    names = renamings(service, state.version)
    for key, name in names.items():
        yield renamed(service, {key: name})
    if len(names) > 1:
        yield renamed(service, names)


def _of_each_family(state: State, service: Service) -> Iterator[Service]:
    """Where it needs two families and asks for one address: that one, and a free one of the other family."""
    request = requested(service, state.version)
    if not isinstance(request, Request) or len(request.addresses) != 1:
        return
    (asked,) = request.addresses
    for free in free_for(state, service):
        if len(free) > 1:
            both = tuple(asked if address.family == asked.family else address for address in free)
            yield with_requested_addresses(state, service, both, service)


def _other_pools(state: State, service: Service) -> Iterator[Service]:
    """Asking for the pool that was meant: that of the requested address, or one with almost that name."""
    request = requested(service, state.version)
    if not isinstance(request, Request) or not request.pool_name:
        return
    known = {n: p for n, p in sorted(state.pools.by_name.items()) if n != request.pool_name}
    owner = state.pools.owner(request.addresses) if request.addresses else None
    alike = get_close_matches(request.pool_name.lower(), known, n=1, cutoff=0.75)
    # Any pool that gives addresses unasked is had by asking for none.
    likely = dict.fromkeys([*([owner.name] if owner is not None else []), *alike])
    for name in likely:
        if name in known and excluded_by(known[name], service) is None:
            yield with_requested_pool(state, service, name)


def _distinct(services: Iterable[Service]) -> list[Service]:
    """Each Service once, in the order given."""
    found: list[Service] = []
    for service in services:
        if service not in found:
            found.append(service)
    return found
