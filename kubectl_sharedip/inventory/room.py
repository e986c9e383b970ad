"""The pools with their room: how many addresses each can give out, and who is on which.

Counted at the cost of what is in use, never of what a pool could hold. The two families of a pool are
never added up: an address of one is none of the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.metallb.pools import Pool, avoided
from kubectl_sharedip.metallb.room import size_of
from kubectl_sharedip.metallb.state import State, own_pools
from kubectl_sharedip.model.address import Address, Family
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.snapshot import Snapshot

FAMILIES: tuple[Family, ...] = (4, 6)


@frozen
class Count:
    """The addresses of one pool and one IP family (4 or 6).

    ``size`` can be given out, ``used`` of them are held, ``shared`` by two Services or more;
    ``sharers`` are the Services on those.
    """

    pool: Pool
    family: int
    size: int
    used: int
    shared: int
    sharers: int

    @property
    def left(self) -> int:
        """How many nobody holds."""
        return self.size - self.used

    @property
    def nearly_full(self) -> bool:
        """Under a tenth, or fewer than three, are left; a pool of three is small, not full."""
        return self.size >= 4 and (self.left < 3 or self.left * 10 < self.size)


@frozen
class Held:
    """An address of a pool, with the Services on it, by name."""

    address: Address
    services: tuple[ServiceName, ...]


@frozen
class PoolRoom:
    """One IPAddressPool. ``state`` is the MetalLB that reads it, None where none does.

    ``pool`` is what that MetalLB makes of it, None where it does not accept the pools as they stand:
    then nothing is counted. ``held`` are the addresses in use, IPv4 first.
    """

    resource: PoolResource
    state: State | None
    pool: Pool | None
    counts: tuple[Count, ...]
    held: tuple[Held, ...]


def rooms(snapshot: Snapshot, views: Sequence[State]) -> tuple[PoolRoom, ...]:
    """Every IPAddressPool, by name, then by namespace."""
    found = [_room(resource, views) for resource in snapshot.pools]
    return tuple(sorted(found, key=lambda room: (room.resource.name, room.resource.namespace)))


def count(state: State, pool: Pool, family: int) -> Count:
    """What of an accepted pool is in use in one family; zeros where it has none of it."""
    held = [len(state.ledger.holders(address)) for address in _in_use(state, pool, family)]
    return Count(
        pool=pool,
        family=family,
        size=sum(size_of(r, pool.avoid_buggy_ips) for r in pool.ranges if r.family == family),
        used=len(held),
        shared=sum(1 for holders in held if holders > 1),
        sharers=sum(holders for holders in held if holders > 1),
    )


def _room(resource: PoolResource, views: Sequence[State]) -> PoolRoom:
    state = next((view for view in views if own_pools([resource], view.installation)), None)
    pool = state.pools.by_name.get(resource.name) if state is not None else None
    if state is None or pool is None or pool.resource is not resource:
        return PoolRoom(resource=resource, state=state, pool=None, counts=(), held=())
    held = [
        Held(address=address, services=state.ledger.holders(address))
        for family in FAMILIES
        for address in _in_use(state, pool, family)
    ]
    return PoolRoom(
        resource=resource,
        state=state,
        pool=pool,
        counts=tuple(count(state, pool, family) for family in FAMILIES),
        held=tuple(sorted(held, key=lambda one: one.address)),
    )


def _in_use(state: State, pool: Pool, family: int) -> list[Address]:
    """The addresses that somebody holds, of those that the pool may give out."""
    return [
        address
        for range_ in pool.ranges
        if range_.family == family
        for address in state.ledger.used(range_)
        if not avoided(pool, address)
    ]
