"""Which pools MetalLB accepts, which pool owns an address, and for whom a pool is.

A configuration is accepted whole or not at all. Source: ``internal/config/config.go``
(addressPoolFromCR, poolsFor), ``internal/allocator/allocator.go`` (poolFor,
isPoolCompatibleWithService, ipConfusesBuggyFirmwares).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kubectl_sharedip.metallb.audience import Audience, audience_of, faults_of
from kubectl_sharedip.metallb.ranges import UnreadableRange, read_entry
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address, AddressRange
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.service import Service


@frozen
class Pool:
    """An accepted pool. ``ranges`` are in the order in which MetalLB walks them."""

    name: str
    resource: PoolResource
    ranges: tuple[AddressRange, ...]
    auto_assign: bool
    avoid_buggy_ips: bool
    audience: Audience | None

    @property
    def rules(self) -> object:
        """All of it that MetalLB works with; the rest is how it is written."""
        return self.ranges, self.auto_assign, self.avoid_buggy_ips, self.audience

    @property
    def families(self) -> frozenset[int]:
        """The IP families of its ranges."""
        return frozenset(range_.family for range_ in self.ranges)


@frozen
class PoolFault:
    """Why MetalLB does not accept the configuration, with the pools (and entries) to look at."""

    pool: PoolResource
    entry: str | None
    because: str
    other: PoolResource | None = None
    other_entry: str | None = None


@dataclass(frozen=True)
class AcceptedPools:
    """All accepted pools, by name, and who owns an address."""

    by_name: Mapping[str, Pool]

    def owner(self, addresses: Sequence[Address]) -> Pool | None:
        """The pool that has all of these addresses and may give them out (poolFor)."""
        owner: Pool | None = None
        for address in addresses:
            pool = self.containing(address)
            if pool is None or avoided(pool, address) or (owner is not None and owner is not pool):
                return None
            owner = pool
        return owner

    def gives_as(self, other: AcceptedPools) -> bool:
        """Whether MetalLB sees no difference between the two: it then does nothing at all."""
        return {name: pool.rules for name, pool in self.by_name.items()} == {
            name: pool.rules for name, pool in other.by_name.items()
        }

    def containing(self, address: Address) -> Pool | None:
        """The pool whose ranges contain the address, whether or not it may be given out."""
        starts, ranges = self._index
        place = bisect_right(starts, (address.family, address.value)) - 1
        if place < 0:
            return None
        range_, pool = ranges[place]  # which begins at or before the address
        return pool if address.family == range_.family and address.value <= range_.last else None

    @cached_property
    def _index(self) -> tuple[list[tuple[int, int]], list[tuple[AddressRange, Pool]]]:
        pairs = [(range_, pool) for pool in self.by_name.values() for range_ in pool.ranges]
        pairs.sort(key=lambda pair: (pair[0].family, pair[0].first))
        return [(range_.family, range_.first) for range_, _ in pairs], pairs


def accept(
    resources: Iterable[PoolResource], namespaces: Mapping[str, NamespaceLabels], version: Version
) -> AcceptedPools | tuple[PoolFault, ...]:
    """The pools in force, or every reason for which MetalLB refuses this configuration."""
    pools: dict[str, Pool] = {}
    faults: list[PoolFault] = []
    seen: list[tuple[AddressRange, str, PoolResource]] = []
    for resource in sorted(resources, key=lambda pool: (pool.name, pool.namespace)):
        ranges: list[AddressRange] = []
        if not resource.addresses:
            faults.append(PoolFault(pool=resource, entry=None, because="pool has no prefixes defined"))
        for entry in resource.addresses:
            read = read_entry(entry)
            if isinstance(read, UnreadableRange):
                faults.append(PoolFault(pool=resource, entry=entry, because=read.because))
                continue
            ranges.extend(read)
            seen.extend((range_, entry, resource) for range_ in read)
        faults.extend(PoolFault(pool=resource, entry=None, because=why) for why in faults_of(resource))
        if resource.name in pools:
            because = f'duplicate definition of pool "{resource.name}"'
            faults.append(
                PoolFault(pool=resource, entry=None, because=because, other=pools[resource.name].resource)
            )
            continue
        pools[resource.name] = Pool(
            name=resource.name,
            resource=resource,
            ranges=tuple(ranges),
            auto_assign=resource.auto_assign,
            avoid_buggy_ips=resource.avoid_buggy_ips and version.avoids_buggy_ips,
            audience=audience_of(resource, namespaces, version) if version.keeps_pools_for_some else None,
        )
    faults.extend(_overlaps(seen))
    return tuple(faults) if faults else AcceptedPools(pools)


def _overlaps(seen: list[tuple[AddressRange, str, PoolResource]]) -> Iterable[PoolFault]:
    # Sorted by start, an overlap always shows against the range that reaches furthest so far.
    ordered = sorted(seen, key=lambda one: (one[0].family, one[0].first, one[0].last))
    furthest: tuple[AddressRange, str, PoolResource] | None = None
    for range_, entry, pool in ordered:
        if furthest is not None and furthest[0].overlaps(range_):
            yield PoolFault(
                pool=pool, entry=entry, because="overlaps", other=furthest[2], other_entry=furthest[1]
            )
        if furthest is None or range_.family != furthest[0].family or range_.last > furthest[0].last:
            furthest = (range_, entry, pool)


def avoided(pool: Pool, address: Address) -> bool:
    """Whether the pool refuses to give out this address: IPv4 ending in .0 or .255."""
    return pool.avoid_buggy_ips and address.family == 4 and address.value & 0xFF in (0, 255)


def is_for(pool: Pool, service: Service) -> bool:
    """Whether the pool may serve the Service at all, also on explicit request."""
    return excluded_by(pool, service) is None


def excluded_by(pool: Pool, service: Service) -> str | None:
    """The field of serviceAllocation that keeps the Service out, or None where none does."""
    audience = pool.audience
    if audience is None:
        return None
    if audience.namespaces and service.name.namespace not in audience.namespaces:
        by_name = pool.resource.allocation is not None and pool.resource.allocation.namespaces
        return "namespaces" if by_name else "namespaceSelectors"
    if audience.service_selectors and not any(
        matches(selector, service.labels) for selector in audience.service_selectors
    ):
        return "serviceSelectors"
    return None
