"""Why no pool had room: every pool's own reason, which MetalLB folds into "no available IPs".

Source: ``internal/allocator/allocator.go`` (Allocate, AllocateFromPool).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_sharedip.metallb.facts import key_fact, pool_fact, ranges_fact
from kubectl_sharedip.metallb.families import IPFamily
from kubectl_sharedip.metallb.order import general, kept_for
from kubectl_sharedip.metallb.pools import Pool, avoided
from kubectl_sharedip.metallb.refusals import NoRoom, PoolFull, Room
from kubectl_sharedip.metallb.room import conflict_on, first_fit, room_in
from kubectl_sharedip.metallb.sharing import AddressConflict, sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service


def pool_full(
    state: State,
    service: Service,
    family: IPFamily,
    pool: Pool,
    *,
    asked: Fact,
    found: Mapping[int, Address | None],
) -> PoolFull:
    """Why the requested pool gives nothing. ``found`` are the addresses that it had, by family."""
    room = room_in(state, pool, family, service, _lacking(pool, family))
    return PoolFull(
        facts=(asked, ranges_fact(pool.resource)),
        text=full_text(state.version, pool, family, found),
        room=room,
        joinable_by_key=_held_by_key(state, service, [pool], family),
    )


def no_room(state: State, service: Service, family: IPFamily) -> NoRoom:
    """Why no pool gives an address unasked, as one kind for all of them."""
    kept = {pool.name for order in kept_for(state, service) for pool in order}
    open_ = {pool.name for pool in general(state)} | kept
    rooms: list[Room] = []
    for pool in sorted(state.pools.by_name.values(), key=lambda p: p.name):
        exclusion = "not-automatic" if not pool.auto_assign else None
        if exclusion is None:
            exclusion = _lacking(pool, family) if pool.name in open_ else "not-for-service"
        rooms.append(room_in(state, pool, family, service, exclusion))
    usable = [room.pool for room in rooms if room.exclusion is None]
    return NoRoom(
        facts=(key_fact(service, state.version), *(_pool_fact(room) for room in rooms)),
        text="no available IPs",
        kind=_kind(rooms),
        rooms=tuple(rooms),
        joinable_by_key=_held_by_key(state, service, usable, family),
    )


def _pool_fact(room: Room) -> Fact:
    if room.exclusion == "not-automatic":
        return pool_fact(room.pool.resource, "spec.autoAssign", "false")
    return ranges_fact(room.pool.resource)


def _kind(rooms: Sequence[Room]) -> str:
    exclusions = {room.exclusion for room in rooms}
    if not exclusions:
        return "no-pools"
    automatic = exclusions - {"not-automatic"}
    if not automatic:
        return "no-automatic-pool"
    if automatic == {"not-for-service"}:
        return "pools-for-others"
    if None in automatic:
        return "all-pools-full"
    return "families-in-two-pools" if "one-family" in automatic else "no-room-in-family"


def _lacking(pool: Pool, family: IPFamily) -> str | None:
    missing = [number for number in family.numbers if number not in pool.families]
    if not missing:
        return None
    # A range over two families is accepted and holds nothing: such a pool is full, not foreign.
    if not pool.families:
        return None
    return "other-family" if len(missing) == len(family.numbers) else "one-family"


def _held_by_key(
    state: State, service: Service, pools: Sequence[Pool], family: IPFamily
) -> tuple[AddressConflict, ...]:
    """What keeps the Service off the addresses under its own key, where joining them would do."""
    key = sharing_key(service, state.version)
    if not key:
        return ()
    found = [conflict for pool in pools for conflict in _would_do(state, service, pool, family, key)]
    return tuple(sorted(found, key=lambda conflict: conflict.address))


def _would_do(
    state: State, service: Service, pool: Pool, family: IPFamily, key: str
) -> list[AddressConflict]:
    """The conflicts on this pool's addresses; none where a family that is needed has no such address."""
    lacking = [number for number in family.numbers if first_fit(state, pool, number, service) is None]
    found = [
        conflict
        for range_ in pool.ranges
        if range_.family in lacking
        for address in state.ledger.with_key(key, range_)
        if not avoided(pool, address) and (conflict := conflict_on(state, address, service)) is not None
    ]
    there = {conflict.address.family for conflict in found}
    one_does = service.ip_family_policy == "PreferDualStack" and state.version.tolerates_one_family
    return found if one_does or there.issuperset(lacking) else []


def no_second_text(version: Version, pool: Pool, held: Address, found: Mapping[int, Address | None]) -> str:
    """MetalLB's text where the pool has no address of the family that is missing."""
    if version.names_family_of_full_pool:
        missing = IPFamily.IPV6 if held.family == 4 else IPFamily.IPV4
        return f"no available IPs in pool {pool.name} for {missing.value} IPFamily"
    if not any(found.values()) and not version.reports_full_pool_as_nil:
        return f"no available IPs in pool {pool.name}"
    return f'["{held}" "<nil>"] is not allowed in config'


def full_text(version: Version, pool: Pool, family: IPFamily, found: Mapping[int, Address | None]) -> str:
    """MetalLB's text where a requested pool has not what the Service needs."""
    name = f'"{pool.name}"' if version.quotes_pool_name else pool.name
    if version.names_family_of_full_pool:
        return f"no available IPs in pool {name} for {family.value} IPFamily"
    if not any(found.values()) and not version.reports_full_pool_as_nil:
        return f"no available IPs in pool {name}"
    if family is IPFamily.DUAL:
        return f"no available IPs in pool {name} for dual IPFamily"
    return '["<nil>"] is not allowed in config'
