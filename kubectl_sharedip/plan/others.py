"""Other goals that would do where there is no way to the one that was set: each a way of its own.

To share with somebody, or to choose between two addresses, is for a person to say; so these are
listed with their commands and never gone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, product

from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.refusals import TooManyAddresses
from kubectl_sharedip.metallb.requests import requested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import (
    asks_twice,
    requests_for,
    without_annotated_request,
    without_field_request,
)
from kubectl_sharedip.plan.holders import request_allows

Ways = Callable[[Goal], tuple[Way, ...]]

_MOST_PARTNERS = 5  # who could be joined in a full pool: more than these nobody reads
_MOST_TRIED = 25


def other_goals(state: State, goal: Goal, ways: Ways) -> Iterator[Way]:
    """The cheapest way to each other goal that would give the Service what it lacks.

    Arguments: the state; the goal to which there is no way; ``ways``
    finds those to a goal, the cheapest first.
    """
    if goal.share_with is None and not goal.separate and not goal.pin:
        yield from _partners(state, state.services[goal.service], goal, ways)


def one_of_several(state: State, goal: Goal, ways: Ways) -> Iterator[Way]:
    """Where it asks for more than it can have: each choice that would do.

    The field asks for one address and the annotation for another, or the annotation for two of one family.
    """
    service = state.services[goal.service]
    narrowed = goal.share_with or goal.addresses or goal.separate or goal.pin
    choices = () if narrowed else dict.fromkeys(_choices(state, service))
    if len(choices) < 2:
        return
    for addresses in choices:
        if addresses:
            found = ways(replace(goal, addresses=addresses))
            yield from found[:1]


def _choices(state: State, service: Service) -> Iterable[tuple[Address, ...]]:
    version = state.version
    if asks_twice(service, version):
        once = (without_annotated_request(service, version), without_field_request(service))
        return [requests_for(one, version) for one in once]
    family = family_of_service(service)
    if not isinstance(requested(service, version), TooManyAddresses) or not isinstance(family, IPFamily):
        return ()
    asked = requests_for(service, version)
    return product(*([a for a in asked if a.family == number] for number in family.numbers))


def _partners(state: State, service: Service, goal: Goal, ways: Ways) -> Iterator[Way]:
    """Who could be joined, one Service an address, those nearest to it first."""
    request = requested(service, state.version)
    found = tried = 0
    for holder in _holders(state, service):
        allocation = state.ledger.allocation(holder)
        if allocation is None or not request_allows(request, allocation.pool):
            continue
        if goal.addresses and not set(goal.addresses) <= set(allocation.addresses):
            continue
        if _clashes(state, service, allocation.addresses):
            continue  # ports are not edited: there is nothing to try
        tried += 1
        joined = ways(replace(goal, share_with=holder, addresses=()))
        if joined:
            yield joined[0]
            found += 1
        if found == _MOST_PARTNERS or tried == _MOST_TRIED:
            return


def _clashes(state: State, service: Service, addresses: tuple[Address, ...]) -> bool:
    """Whether somebody on one of the addresses has a port of the Service."""
    ports = set(service.ports)
    held = (state.ledger.allocation(name) for a in addresses for name in state.ledger.holders(a))
    return any(not ports.isdisjoint(one.terms.ports) for one in held if one is not None)


def _holders(state: State, service: Service) -> Iterator[ServiceName]:
    """One Service an address, those of its own namespace first."""
    names = state.ledger.names()
    begin = bisect_left(names, service.name.namespace, key=_namespace)
    end = bisect_right(names, service.name.namespace, key=_namespace)
    passed: set[tuple[Address, ...]] = set()
    for number in chain(range(begin, end), range(begin), range(end, len(names))):
        name = names[number]
        allocation = state.ledger.allocation(name)
        if name == service.name or allocation is None or not allocation.pool:
            continue
        if allocation.addresses not in passed:
            passed.add(allocation.addresses)
            yield name


def _namespace(name: ServiceName) -> str:
    return name.namespace
