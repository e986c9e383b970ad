"""Addresses that nobody is on: whoever is sent to one shares with no stranger."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.pools import Pool, excluded_by
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.service import Service

MOST_POOLS = 3


def elsewhere(state: State, holder: Service) -> tuple[Address, ...] | None:
    """Free addresses of the pool that the Service is in, one a family; None where there are none."""
    allocation = state.ledger.allocation(holder.name)
    pool = state.pools.by_name.get(allocation.pool) if allocation else None
    return None if pool is None else free_in(state, holder, pool)


def free_for(state: State, service: Service) -> Iterator[tuple[Address, ...]]:
    """Free addresses that the Service may ask for, one tuple a pool, the likeliest pool first.

    A pool that is given out only on request is looked at where the Service asks for it, or for an
    address of it: it is kept for somebody, and to ask for it is not ours to propose.
    """
    found = 0
    for pool in _pools(state, service):
        addresses = free_in(state, service, pool)
        if addresses is not None:
            yield addresses
            found += 1
        if found == MOST_POOLS:
            return


def free_in(state: State, service: Service, pool: Pool) -> tuple[Address, ...] | None:
    """The lowest free address of the pool for each family of the Service; None where one is missing."""
    family = family_of_service(service)
    if not isinstance(family, IPFamily):
        return None
    found = [_lowest(state, pool, number) for number in family.numbers]
    addresses = tuple(address for address in found if address is not None)
    return addresses if len(addresses) == len(family.numbers) else None


def _pools(state: State, service: Service) -> list[Pool]:
    request = requested(service, state.version)
    known: dict[str, Pool] = {}
    if isinstance(request, Request):
        owner = state.pools.owner(request.addresses) if request.addresses else None
        for pool in (owner, state.pools.by_name.get(request.pool_name)):
            if pool is not None:
                known[pool.name] = pool
    allocation = state.ledger.allocation(service.name)
    if allocation is not None and allocation.pool in state.pools.by_name:
        known[allocation.pool] = state.pools.by_name[allocation.pool]
    known.update((n, p) for n, p in sorted(state.pools.by_name.items()) if p.auto_assign and n not in known)
    return [pool for pool in known.values() if excluded_by(pool, service) is None]


def _lowest(state: State, pool: Pool, family: int) -> Address | None:
    ranges = (range_ for range_ in pool.ranges if range_.family == family)
    found = (state.ledger.first_free(range_, pool.avoid_buggy_ips) for range_ in ranges)
    return next((address for address in found if address is not None), None)
