"""In which order MetalLB asks the pools, and where that order is chance.

Source: ``internal/allocator/allocator.go`` (Allocate, pinnedPoolsForService, sortPools),
``internal/config/config.go`` (poolsByNamespace, poolsByServiceSelector).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

from kubectl_sharedip.metallb.pools import Pool, is_for
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.service import Service

_MOST_IN_EVERY_ORDER = 5


def kept_for(state: State, service: Service) -> tuple[tuple[Pool, ...], ...]:
    """Every order in which the pools that are kept for this Service may be asked.

    Pools listed for its namespace come in the order of a Go map, which is random and stays so
    until the configuration is loaded again; those with service selectors come by name.
    """
    kept = [
        (p, p.audience)
        for p in state.pools.by_name.values()
        if p.auto_assign and p.audience is not None and is_for(p, service)
    ]
    by_namespace = [p for p, audience in kept if service.name.namespace in audience.namespaces]
    by_selector = sorted((p for p, audience in kept if audience.service_selectors), key=lambda p: p.name)
    orders = {
        tuple(_sorted([*first, *by_selector])): None
        for first in _orders(sorted(by_namespace, key=lambda p: p.name))
    }
    return tuple(orders) if by_namespace or by_selector else ()


def _orders(pools: Sequence[Pool]) -> Iterable[Sequence[Pool]]:
    """Every order; of more pools than a few, orders that put each of them first and last once.

    Those suffice to find each pool that may win: of equals with a priority the first of the list
    is asked first, of equals without one the last.
    """
    if len(pools) <= _MOST_IN_EVERY_ORDER:
        yield from permutations(pools)
        return
    for pool in pools:
        others = [other for other in pools if other is not pool]
        yield (pool, *others)
        yield (*others, pool)


def general(state: State) -> tuple[Pool, ...]:
    """The pools for everybody, by name; MetalLB asks them in random order."""
    found = [p for p in state.pools.by_name.values() if p.auto_assign and p.audience is None]
    return tuple(sorted(found, key=lambda p: p.name))


def _sorted(pools: Sequence[Pool]) -> list[Pool]:
    # MetalLB's comparison says "before" both ways for two pools without priority, and Go sorts up
    # to twelve entries by insertion; only the same insertion gives the same order.
    ordered: list[Pool] = []
    for pool in pools:
        place = len(ordered)
        while place > 0 and _before(pool, ordered[place - 1]):
            place -= 1
        ordered.insert(place, pool)
    return ordered


def _before(one: Pool, other: Pool) -> bool:
    left, right = _priority(one), _priority(other)
    if left > 0 and right > 0:
        return left < right
    return not (left == 0 and right > 0)


def _priority(pool: Pool) -> int:
    assert pool.audience is not None  # it is kept for somebody
    return pool.audience.priority
