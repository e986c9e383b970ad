"""Who holds which address: the allocator's books.

A ledger is a value: giving or taking an address makes a new one, which shares all that did not
change. So many futures of one cluster can be followed side by side, and each costs what differs
in it. Source: ``internal/allocator/allocator.go`` (assign, Unassign).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import xor

from kubectl_sharedip.metallb.sharing import Terms
from kubectl_sharedip.model.address import Address, AddressRange
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName


@frozen
class Allocation:
    """What MetalLB remembers of one Service: as of the last time it looked, not as of now."""

    terms: Terms
    addresses: tuple[Address, ...]
    pool: str


_MOST_CHANGES = 1000  # beyond these, each further one would cost more than making the books anew
_NOBODY: tuple[ServiceName, ...] = ()


class Ledger:
    """All allocations at one moment, found by Service and by address."""

    __slots__ = ("_added", "_base", "_by_service", "_differs", "_first", "_holders", "_released")

    def __init__(self, allocations: Iterable[Allocation] = ()) -> None:
        """Books with these allocations; two Services may hold one address against the rules."""
        self._first = self._base = _Base(allocations)
        self._by_service: dict[ServiceName, Allocation | None] = {}
        self._holders: dict[Address, tuple[ServiceName, ...]] = {}
        self._added: frozenset[Address] = frozenset()
        self._released: frozenset[Address] = frozenset()
        self._differs = 0

    @property
    def fingerprint(self) -> int:
        """Books with the same allocations have the same number, whichever way they came to them."""
        return self._base.fingerprint ^ self._differs

    def allocation(self, service: ServiceName) -> Allocation | None:
        """What the Service holds, or None."""
        if service in self._by_service:
            return self._by_service[service]
        return self._base.by_service.get(service)

    def holders(self, address: Address) -> tuple[ServiceName, ...]:
        """The Services on the address, in sorted order."""
        if address in self._holders:
            return self._holders[address]
        return self._base.holders.get(address, _NOBODY)

    def allocations(self) -> Iterator[Allocation]:
        """All allocations, in no particular order."""
        for name, allocation in self._base.by_service.items():
            if name not in self._by_service:
                yield allocation
        yield from (allocation for allocation in self._by_service.values() if allocation is not None)

    def names(self) -> Sequence[ServiceName]:
        """The Services that hold something, in sorted order."""
        before = self._base.names
        if not self._by_service:
            return before
        kept = [name for name in before if name not in self._by_service]
        return sorted([*kept, *(name for name, held in self._by_service.items() if held is not None)])

    def changed(self) -> Mapping[ServiceName, Allocation | None]:
        """What differs from the books that this one was made from, by Service."""
        before = self._first.by_service
        names: Iterable[ServiceName] = self._by_service
        if self._first is not self._base:
            names = dict.fromkeys([*before, *self._base.by_service, *self._by_service])
        pairs = ((name, self.allocation(name)) for name in names)
        return {name: now for name, now in pairs if now != before.get(name)}

    def may_differ(self, other: Ledger) -> set[ServiceName]:
        """The Services that do not hold the same in both books; with them some that do."""
        if self._first is other._first:
            return {*self.changed(), *other.changed()}
        return {one.terms.service for ledger in (self, other) for one in ledger.allocations()}

    def assign(self, allocation: Allocation) -> Ledger:
        """The books after this Service is given these addresses (what it held is released)."""
        name = allocation.terms.service
        return self if self.allocation(name) == allocation else self.rewritten({name: allocation})

    def release(self, service: ServiceName) -> Ledger:
        """The books after this Service has given back what it holds."""
        return self if self.allocation(service) is None else self.rewritten({service: None})

    def rewritten(self, changes: Mapping[ServiceName, Allocation | None]) -> Ledger:
        """The books after all these Services hold this instead (None: nothing), at the cost of one."""
        if len(changes) + len(self._by_service) > _MOST_CHANGES:
            return self._made_anew(changes)
        after = Ledger.__new__(Ledger)
        after._first, after._base = self._first, self._base
        after._by_service = {**self._by_service, **changes}
        after._holders = dict(self._holders)
        added, released = set(self._added), set(self._released)
        differs = self._differs
        for name, allocation in changes.items():
            before = self.allocation(name)
            differs ^= hash(before) if before else 0
            differs ^= hash(allocation) if allocation else 0
            for address in before.addresses if before else ():
                rest = tuple(other for other in after.holders(address) if other != name)
                after._holders[address] = rest
                if not rest:
                    added.discard(address)
                    released.add(address)
            for address in allocation.addresses if allocation else ():
                names = [other for other in after.holders(address) if other != name]
                insort(names, name)
                after._holders[address] = tuple(names)
                released.discard(address)
                added.add(address)
        after._added, after._released = frozenset(added), frozenset(released)
        after._differs = differs
        return after

    def first_free(self, range_: AddressRange, avoided: bool) -> Address | None:
        """The lowest address of the range that nobody holds, or None.

        ``avoided`` leaves out IPv4 addresses that end in .0 or .255.
        """
        candidates = [a for a in self._released if a in range_ and not (avoided and _buggy(a))]
        gap = self._first_gap(range_, avoided)
        return min([*candidates, gap] if gap else candidates, default=None)

    def with_key(self, sharing_key: str, range_: AddressRange) -> tuple[Address, ...]:
        """The addresses of the range on which a Service with this key is, ascending."""
        candidates = {*self._base.by_key.get(sharing_key, ()), *self._added}
        return tuple(sorted(a for a in candidates if a in range_ and self._has_key(a, sharing_key)))

    def used(self, range_: AddressRange) -> tuple[Address, ...]:
        """The addresses of the range that somebody holds, ascending."""
        before = self._base.used_in(range_)
        if not self._holders:
            return tuple(before)  # as they are in the first books, of which nothing was changed
        candidates = {*before, *(a for a in self._added if a in range_)}
        return tuple(sorted(a for a in candidates if self.holders(a)))

    def _made_anew(self, changes: Mapping[ServiceName, Allocation | None]) -> Ledger:
        """The books after the changes, as first books that know what they were made from."""
        kept = {one.terms.service: one for one in self.allocations() if one.terms.service not in changes}
        after = Ledger([*kept.values(), *(one for one in changes.values() if one is not None)])
        after._first = self._first
        return after

    def _has_key(self, address: Address, sharing_key: str) -> bool:
        held = map(self.allocation, self.holders(address))
        return sharing_key in (one.terms.sharing_key for one in held if one is not None)

    def _first_gap(self, range_: AddressRange, avoided: bool) -> Address | None:
        for value in self._base.gaps(range_):
            address = Address(range_.family, value)
            if address not in self._added and not (avoided and _buggy(address)):
                return address
        return None


class _Base:
    """The part that all futures share: indexes over the allocations, never changed."""

    __slots__ = ("_fingerprint", "_names", "by_key", "by_service", "holders", "used")

    def __init__(self, allocations: Iterable[Allocation]) -> None:
        self._fingerprint: int | None = None
        self._names: list[ServiceName] | None = None
        self.by_service = {allocation.terms.service: allocation for allocation in allocations}
        holders: dict[Address, list[ServiceName]] = {}
        by_key: dict[str, set[Address]] = {}
        for name, allocation in self.by_service.items():
            key = allocation.terms.sharing_key
            for address in allocation.addresses:
                holders.setdefault(address, []).append(name)
                if key:
                    by_key.setdefault(key, set()).add(address)
        self.holders = {address: tuple(sorted(names)) for address, names in holders.items()}
        self.by_key = by_key
        self.used = sorted(self.holders)

    @property
    def fingerprint(self) -> int:
        """The number of these allocations, counted when it is first asked for: many never are."""
        if self._fingerprint is None:
            held = self.by_service.values()
            self._fingerprint = reduce(xor, map(hash, held)) if held else 0
        return self._fingerprint

    @property
    def names(self) -> list[ServiceName]:
        """The Services in sorted order: sorted when that is first asked for."""
        if self._names is None:
            self._names = sorted(self.by_service)
        return self._names

    def used_in(self, range_: AddressRange) -> list[Address]:
        low, high = self._span(range_)
        return self.used[low:high]

    def gaps(self, range_: AddressRange) -> Iterator[int]:
        """The numbers of the range that were free at first, ascending."""
        low, high = self._span(range_)
        number = range_.first
        while number <= range_.last:
            # The addresses in use are distinct and ascending, so a run without a gap is as long
            # as its numbers say; its end is found by halving, not by walking it.
            left, right = low, high
            while left < right:
                middle = (left + right) // 2
                if self.used[middle].value - number == middle - low:
                    left = middle + 1
                else:
                    right = middle
            number += left - low
            low = left
            if number <= range_.last:
                yield number
            number += 1

    def _span(self, range_: AddressRange) -> tuple[int, int]:
        low = bisect_left(self.used, Address(range_.family, range_.first))
        return low, bisect_left(self.used, Address(range_.family, range_.last + 1), lo=low)


def _buggy(address: Address) -> bool:
    return address.family == 4 and address.value & 0xFF in (0, 255)
