"""May the Service have exactly these addresses? Source: ``internal/allocator/allocator.go`` (Assign).

In MetalLB's order: one pool owns them all, the pool is for the Service, then the sharing rules
address by address. autoAssign does not matter here.
"""

from __future__ import annotations

from kubectl_sharedip.metallb.facts import address_fact, pool_fact, ranges_fact
from kubectl_sharedip.metallb.families import quoted
from kubectl_sharedip.metallb.pools import Pool, avoided, excluded_by
from kubectl_sharedip.metallb.refusals import (
    AddressAvoided,
    InNoPool,
    InTwoPools,
    NotShareable,
    PoolNotForService,
    Refusal,
    Unexplained,
)
from kubectl_sharedip.metallb.room import conflict_on, may_join
from kubectl_sharedip.metallb.sharing import AddressConflict, SharingRule, terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service


def refused_addresses(
    state: State,
    service: Service,
    addresses: tuple[Address, ...],
    asked: tuple[Fact, ...],
    *,
    explained: bool,
) -> Pool | Refusal:
    """The pool from which the Service may have these addresses, or the first rule that refuses.

    ``asked`` are the facts that make these the addresses in question. Without ``explained`` who
    holds an address is not told (Unexplained).
    """
    owner = state.pools.owner(addresses)
    if owner is None:
        return _no_owner(state, addresses, asked)
    term = excluded_by(owner, service)
    if term is not None:
        text = f"pool {owner.name} not compatible for ip assignment"
        facts = (*asked, pool_fact(owner.resource, f"spec.serviceAllocation.{term}", _audience(owner, term)))
        return PoolNotForService(facts=facts, text=text, pool=owner, term=term)
    if not explained:
        mine = terms_of(service, state.version)
        free = all(may_join(state, address, mine) for address in addresses)
        return owner if free else Unexplained(facts=(), text="")
    for address in addresses:
        conflict = conflict_on(state, address, service)
        if conflict is not None:
            holders = (state.services[name] for name in conflict.holders if name in state.services)
            facts = (*asked, *(address_fact(holder) for holder in holders))
            return NotShareable(
                facts=facts, text=conflict_text(service, conflict, state.version), conflict=conflict
            )
    return owner


def conflict_text(service: Service, conflict: AddressConflict, version: Version) -> str:
    """MetalLB's text for an address that may not be joined (checkSharing)."""
    if not conflict.by_port:
        others = ",".join(str(name) for name in conflict.holders)
        text = f'can\'t change sharing key for "{service.name}", address also in use by {others}'
        return f"{text}: services can't share key" if version.keeps_address_on_key_conflict else text
    clashing = {
        port for one in conflict.conflicts if one.rule is SharingRule.PORTS_FREE for port in one.ports
    }
    first = next(port for port in service.ports if port in clashing)
    return f'port {first.protocol}/{first.number} is already in use on "{conflict.address}"'


def _no_owner(state: State, addresses: tuple[Address, ...], asked: tuple[Fact, ...]) -> Refusal:
    text = f"{quoted(tuple(str(a) for a in addresses))} is not allowed in config"
    places = [(address, state.pools.containing(address)) for address in addresses]
    for address, pool in places:
        if pool is None:
            nearest = _nearest(state, address)
            facts = (*asked, *(ranges_fact(p.resource) for p in [nearest] if p is not None))
            return InNoPool(facts=facts, text=text, address=address, nearest=nearest)
    known = [(address, pool) for address, pool in places if pool is not None]
    if len({pool.name for _, pool in known}) > 1:
        facts = (*asked, *(ranges_fact(pool.resource) for _, pool in known))
        pools = tuple(pool for _, pool in known)
        return InTwoPools(facts=facts, text=text, addresses=addresses, pools=pools)
    address, pool = next((address, pool) for address, pool in known if avoided(pool, address))
    facts = (*asked, pool_fact(pool.resource, "spec.avoidBuggyIPs", "true"))
    return AddressAvoided(facts=facts, text=text, address=address, pool=pool)


def _nearest(state: State, address: Address) -> Pool | None:
    distances = [
        (min(abs(address.value - range_.first), abs(address.value - range_.last)), pool.name)
        for pool in state.pools.by_name.values()
        for range_ in pool.ranges
        if range_.family == address.family
    ]
    return state.pools.by_name[min(distances)[1]] if distances else None


def _audience(pool: Pool, term: str) -> str | None:
    allocation = pool.resource.allocation
    if allocation is None:
        return None
    if term == "namespaces":
        return ", ".join(allocation.namespaces)
    terms = allocation.namespace_selectors if term == "namespaceSelectors" else allocation.service_selectors
    return " or ".join(
        ",".join(f"{t.key} {t.operator} {'|'.join(t.values)}".strip() for t in selector) for selector in terms
    )
