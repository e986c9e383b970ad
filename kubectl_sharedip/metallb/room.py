"""The first address of a pool that a Service may have, and what keeps it out of the others.

Source: ``internal/allocator/allocator.go`` (getFreeIPsFromPool, getIPFromCIDR). The lowest
address that is free *or joinable* wins, so a lower free one is taken before a shared one.
"""

from __future__ import annotations

from collections import Counter

from kubectl_sharedip.metallb.families import IPFamily
from kubectl_sharedip.metallb.pools import Pool, avoided
from kubectl_sharedip.metallb.refusals import Room
from kubectl_sharedip.metallb.sharing import (
    AddressConflict,
    Conflict,
    SharingRule,
    Terms,
    conflict_facts,
    failing_rules,
    first_failing,
    may_all_share,
    may_share,
    terms_of,
)
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address, AddressRange
from kubectl_sharedip.model.service import Service


def first_fit(state: State, pool: Pool, family: int, service: Service) -> Address | None:
    """The address of this family that the pool gives the Service, which holds none itself."""
    mine = terms_of(service, state.version)
    for range_ in pool.ranges:
        if range_.family != family:
            continue
        found = [state.ledger.first_free(range_, pool.avoid_buggy_ips)]
        if mine.sharing_key:
            shared = state.ledger.with_key(mine.sharing_key, range_)
            joinable = (a for a in shared if not avoided(pool, a) and may_join(state, a, mine))
            found.append(next(joinable, None))
        addresses = [address for address in found if address is not None]
        if addresses:
            return min(addresses)
    return None


def may_join(state: State, address: Address, mine: Terms) -> bool:
    """Whether nobody is on the address who keeps a Service with these terms off it."""
    others = (state.ledger.allocation(n) for n in state.ledger.holders(address) if n != mine.service)
    return all(may_share(mine, allocation.terms) for allocation in others if allocation is not None)


def at_peace(state: State) -> frozenset[Address]:
    """The addresses on which nobody keeps anybody else off who is there: one sweep over the books.

    Nearly all are, and whoever asks of each Service need not look at all its sharers again.
    """
    held: dict[Address, list[Terms]] = {}
    for allocation in state.ledger.allocations():
        for address in allocation.addresses:
            held.setdefault(address, []).append(allocation.terms)
    return frozenset(address for address, terms in held.items() if may_all_share(terms))


def conflict_on(state: State, address: Address, service: Service) -> AddressConflict | None:
    """Every rule that keeps the Service off this address, with its holder; None where it may join."""
    mine = terms_of(service, state.version)
    if may_join(state, address, mine):
        return None
    conflicts: list[Conflict] = []
    others = tuple(name for name in state.ledger.holders(address) if name != service.name)
    for name in others:
        allocation = state.ledger.allocation(name)
        holder = state.services.get(name)
        if allocation is None:
            continue
        for rule, ports in failing_rules(mine, allocation.terms):
            facts = conflict_facts(rule, service, holder, state.version) if holder else ()
            conflicts.append(Conflict(rule=rule, holder=name, ports=ports, facts=facts))
    return AddressConflict(address=address, holders=others, conflicts=tuple(conflicts))


def _kept_shut_by(state: State, address: Address, mine: Terms) -> SharingRule | None:
    """The first rule that keeps a Service with these terms off the address, None where none does."""
    others = [name for name in state.ledger.holders(address) if name != mine.service]
    if others and not mine.sharing_key:
        return SharingRule.REQUESTER_HAS_KEY  # or HOLDER_HAS_KEY, which counts alike
    held = (state.ledger.allocation(name) for name in others)
    rules = (first_failing(mine, one.terms) for one in held if one is not None)
    return min((rule for rule in rules if rule is not None), key=lambda rule: rule.value, default=None)


def room_in(state: State, pool: Pool, wanted: IPFamily, service: Service, exclusion: str | None) -> Room:
    """How the addresses of the pool are taken, counted by the first rule that keeps them shut."""
    ranges = [range_ for range_ in pool.ranges if range_.family in wanted.numbers]
    mine = terms_of(service, state.version)
    used = [
        address for range_ in ranges for address in state.ledger.used(range_) if not avoided(pool, address)
    ]
    counts = Counter(rule for address in used if (rule := _kept_shut_by(state, address, mine)) is not None)
    return Room(
        pool=pool,
        exclusion=exclusion,
        size=sum(size_of(range_, pool.avoid_buggy_ips) for range_ in ranges),
        used=len(used),
        without_key=counts[SharingRule.HOLDER_HAS_KEY] + counts[SharingRule.REQUESTER_HAS_KEY],
        other_key=counts[SharingRule.KEYS_EQUAL],
        other_policy=counts[SharingRule.POLICIES_EQUAL] + counts[SharingRule.LOCAL_SELECTORS_EQUAL],
        port_clash=counts[SharingRule.PORTS_FREE],
    )


def size_of(range_: AddressRange, avoid_buggy_ips: bool) -> int:
    """How many addresses of the range can be given out."""
    if not avoid_buggy_ips or range_.family == 6:
        return range_.size
    skipped = 0
    for ending in (0, 255):
        first = range_.first + (ending - range_.first) % 256
        skipped += 0 if first > range_.last else (range_.last - first) // 256 + 1
    return range_.size - skipped
