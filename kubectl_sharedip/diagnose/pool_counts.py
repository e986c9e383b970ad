"""How much of each pool is in use: counted once a State, at the cost of what is in use."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.inventory.room import Count, count
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.ranges import UnreadableRange, read_entry
from kubectl_sharedip.metallb.room import size_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.same import once

__all__ = ["Count", "counts_of", "empty_entries"]


@once
def counts_of(state: State) -> Mapping[str, tuple[Count, ...]]:
    """The counts of each accepted pool by its name, a family each, IPv4 first."""
    return {
        name: tuple(count(state, pool, family) for family in sorted(pool.families))
        for name, pool in state.pools.by_name.items()
    }


@once
def empty_entries(state: State) -> Mapping[str, tuple[str, ...]]:
    """The entries of each accepted pool from which no address can be given out; others are left out."""
    found = {
        name: tuple(entry for entry in pool.resource.addresses if _gives_nothing(pool, entry))
        for name, pool in sorted(state.pools.by_name.items())
    }
    return {name: entries for name, entries in found.items() if entries}


def _gives_nothing(pool: Pool, entry: str) -> bool:
    ranges = read_entry(entry)
    assert not isinstance(ranges, UnreadableRange)  # the pool was accepted
    return not any(size_of(range_, pool.avoid_buggy_ips) for range_ in ranges)
