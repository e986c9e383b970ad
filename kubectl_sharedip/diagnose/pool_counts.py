"""How much of each pool is in use: counted once a State, at the cost of what is in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kubectl_sharedip.diagnose.census import once_a_state
from kubectl_sharedip.metallb.pools import Pool, avoided
from kubectl_sharedip.metallb.ranges import UnreadableRange, read_entry
from kubectl_sharedip.metallb.room import size_of
from kubectl_sharedip.metallb.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
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


@once_a_state
def counts_of(state: State) -> Mapping[str, tuple[Count, ...]]:
    """The counts of each accepted pool by its name, a family each, IPv4 first."""
    return {
        name: tuple(_count(state, pool, family) for family in sorted(pool.families))
        for name, pool in state.pools.by_name.items()
    }


@once_a_state
def empty_entries(state: State) -> Mapping[str, tuple[str, ...]]:
    """The entries of each accepted pool from which no address can be given out; others are left out."""
    found = {
        name: tuple(entry for entry in pool.resource.addresses if _gives_nothing(pool, entry))
        for name, pool in sorted(state.pools.by_name.items())
    }
    return {name: entries for name, entries in found.items() if entries}


def _count(state: State, pool: Pool, family: int) -> Count:
    ranges = [range_ for range_ in pool.ranges if range_.family == family]
    held = [
        len(state.ledger.holders(address))
        for range_ in ranges
        for address in state.ledger.used(range_)
        if not avoided(pool, address)
    ]
    return Count(
        pool=pool,
        family=family,
        size=sum(size_of(range_, pool.avoid_buggy_ips) for range_ in ranges),
        used=len(held),
        shared=sum(1 for count in held if count > 1),
        sharers=sum(count for count in held if count > 1),
    )


def _gives_nothing(pool: Pool, entry: str) -> bool:
    ranges = read_entry(entry)
    assert not isinstance(ranges, UnreadableRange)  # the pool was accepted
    return not any(size_of(range_, pool.avoid_buggy_ips) for range_ in ranges)
