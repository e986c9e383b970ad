"""What a new set of pools does before MetalLB looks at any Service.

Source: ``internal/k8s/controllers/pool_controller.go``, ``internal/allocator/allocator.go``
(SetPools). An address that no pool has any more is released without a word; its Service learns of
it at the next look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.metallb.annotations import allocated_from
from kubectl_sharedip.metallb.ledger import Allocation
from kubectl_sharedip.metallb.pools import AcceptedPools, PoolFault
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName


def load(state: State, pools: AcceptedPools | tuple[PoolFault, ...]) -> tuple[State, bool | None]:
    """The state after these pools are read, and whether all Services are looked at for it.

    None where that hangs on what nobody can see. Rejected pools change nothing: the ones from
    before stay in force.
    """
    if not isinstance(pools, AcceptedPools):
        return replace(state, faults=pools), False
    if not state.blind and state.pools.gives_as(pools):
        looks = None if _may_seem_changed(state, pools) else False
        return replace(state, pools=pools, faults=(), postponed=None), looks
    if not state.version.reassigns_orphans and _orphans_one(state, pools):
        return replace(state, faults=(), postponed=pools), False
    return _in_force(state, pools), True


def _may_seem_changed(state: State, pools: AcceptedPools) -> bool:
    """Whether MetalLB may take the same pools for others when it reads them again.

    It compares what it reads with what it has: the pools that are kept for one namespace stand in
    the order of a Go map, and before 0.15.3 searching a CIDR rewrote it.
    """
    if state.version.rewrites_searched_pools and any("/" in e for e in _entries(pools)):
        return True
    kept = [name for p in pools.by_name.values() if p.audience for name in p.audience.namespaces]
    return len(set(kept)) < len(kept)


def _entries(pools: AcceptedPools) -> Iterator[str]:
    """The entries of IPv4 addresses, whose short form is what a search rewrites."""
    for pool in pools.by_name.values():
        yield from (entry for entry in pool.resource.addresses if ":" not in entry)


def retry(state: State) -> tuple[State, bool | None]:
    """The same for pools that were postponed: MetalLB tries them again until they fit."""
    return (state, False) if state.postponed is None else load(state, state.postponed)


def noted(state: State) -> State:
    """The same with the name of its pool in every Service, as a full pass writes it.

    Those at rest are not looked at one by one; this is all that a look would change in them.
    """
    if not state.version.notes_pool:
        return state
    key = allocated_from(state.version)
    services = {}
    for allocation in state.ledger.allocations():
        service = state.services.get(allocation.terms.service)
        if service is not None and service.annotations.get(key, allocation.pool) != allocation.pool:
            annotations = {**service.annotations, key: allocation.pool}
            services[service.name] = replace(service, annotations=annotations)
    return replace(state, services={**state.services, **services}) if services else state


def _orphans_one(state: State, pools: AcceptedPools) -> bool:
    held = (allocation.addresses for allocation in state.ledger.allocations())
    return any(state.pools.owner(one) is not None and pools.owner(one) is None for one in held)


def _in_force(state: State, pools: AcceptedPools) -> State:
    changes: dict[ServiceName, Allocation | None] = {}
    for allocation in state.ledger.allocations():
        owner = pools.owner(allocation.addresses)
        if owner is None:
            changes[allocation.terms.service] = None
        elif owner.name != allocation.pool:
            changes[allocation.terms.service] = replace(allocation, pool=owner.name)
    return replace(state, pools=pools, faults=(), postponed=None, ledger=state.ledger.rewritten(changes))
