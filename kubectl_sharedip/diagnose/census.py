"""Who has which sharing key, and who asks for which address: one sweep over the Services of a State.

Checks ask for one Service after the other; looking through all the others each time would cost the
square of their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service

K = TypeVar("K")
V = TypeVar("V")


@frozen
class Census:
    """The LoadBalancer Services of one State, each tuple sorted by name, or by key.

    ``spread`` is the first Service with a key in each namespace; ``places`` are the Services with a key
    by the addresses that they show, those without any left out; ``alike`` are the keys that become one
    when they are folded; ``asking`` are the Services that ask for an address by naming it,
    ``away`` those of them that show others and not that one.
    """

    by_key: Mapping[str, tuple[Service, ...]]
    spread: Mapping[str, tuple[Service, ...]]
    places: Mapping[str, Mapping[tuple[Address, ...], tuple[Service, ...]]]
    alike: Mapping[str, tuple[str, ...]]
    asking: Mapping[Address, tuple[Service, ...]]
    away: Mapping[Address, tuple[Service, ...]]


@once
def annotations_of(state: State) -> frozenset[str]:
    """The keys of all annotations of its Services."""
    return frozenset().union(*[service.annotations for service in state.services.values()])


@once
def labels_of(state: State) -> frozenset[str]:
    """The keys of all labels of its Services."""
    return frozenset().union(*[service.labels for service in state.services.values()])


def folded(key: str) -> str:
    """The key without what is easily written otherwise: case, blanks, ``-`` against ``_``."""
    return "".join(key.split()).casefold().replace("-", "_")


@once
def census_of(state: State) -> Census:
    """The census of this State."""
    services = sorted(
        (service for service in state.services.values() if service.type == "LoadBalancer"),
        key=lambda service: service.name,
    )
    by_key = _grouped((key, service) for service in services if (key := sharing_key(service, state.version)))
    requests = ((service, requested(service, state.version)) for service in services)
    asking = _grouped(
        (address, service)
        for service, request in requests
        if isinstance(request, Request)
        for address in request.addresses
    )
    return Census(
        by_key=by_key,
        spread={key: _one_a_namespace(sharers) for key, sharers in by_key.items()},
        places={key: _by_address(sharers) for key, sharers in by_key.items()},
        alike=_grouped((folded(key), key) for key in sorted(by_key)),
        asking=asking,
        away={address: _not_on(address, asked) for address, asked in asking.items()},
    )


def _one_a_namespace(services: Iterable[Service]) -> tuple[Service, ...]:
    first: dict[str, Service] = {}
    for service in services:
        first.setdefault(service.name.namespace, service)
    return tuple(first.values())


def _not_on(address: Address, services: Iterable[Service]) -> tuple[Service, ...]:
    shown = ((service, status_addresses(service)) for service in services)
    return tuple(service for service, addresses in shown if addresses and address not in addresses)


def _by_address(services: Iterable[Service]) -> Mapping[tuple[Address, ...], tuple[Service, ...]]:
    shown = ((status_addresses(service), service) for service in services)
    return _grouped((addresses, service) for addresses, service in shown if addresses)


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
