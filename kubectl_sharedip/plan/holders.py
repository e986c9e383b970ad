"""Who holds the addresses in question, and what they may become so that another gets in."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import requests_for, with_requested_addresses
from kubectl_sharedip.plan.consent import asks_to_share
from kubectl_sharedip.plan.edits import with_key, with_policy
from kubectl_sharedip.plan.free import elsewhere


def holders_of(state: State, service: Service, goal: Goal) -> list[Service]:
    """Who holds the addresses in question: requested, held under its key, or the partner's."""
    names: dict[ServiceName, None] = {}
    for address in _wanted(state, service, goal):
        conflict = conflict_on(state, address, service)
        holders = conflict.holders if conflict else ()
        if goal.share_with is not None:
            holders = state.ledger.holders(address)
        names.update(dict.fromkeys(name for name in holders if name != service.name))
    return [state.services[name] for name in sorted(names) if name in state.services]


def _wanted(state: State, service: Service, goal: Goal) -> tuple[Address, ...]:
    if goal.share_with is not None:
        partner = state.services.get(goal.share_with)
        return status_addresses(partner) if partner else ()
    if goal.addresses:
        return goal.addresses
    asked_for = requests_for(service, state.version)
    if asked_for:
        return asked_for
    key = sharing_key(service, state.version)
    if not key:
        return ()
    request = requested(service, state.version)
    pools = [p for p in state.pools.by_name.values() if request_allows(request, p.name)]
    return tuple(a for pool in pools for r in pool.ranges for a in state.ledger.with_key(key, r))


def request_allows(request: object, pool: str) -> bool:
    """Whether the Service would take an address of this pool."""
    return not isinstance(request, Request) or request.pool_name in ("", pool)


def groups(
    state: State, service: Service, holders: list[Service], keys: tuple[str, ...], goal: Goal
) -> Iterator[list[Service]]:
    """What the holders may become, together: as they are, keyed, of one policy, or elsewhere."""
    yield holders
    if not holders or any(holder.terminating for holder in holders):
        return  # who is being deleted is not edited any more
    variants: list[list[Service]] = [holders]
    for key in keys:
        variants.append([with_key(state, h, key, service) if _needs(h, key, state) else h for h in holders])
    for variant in list(variants):
        for policy in ("Cluster", "Local"):
            variants.append([with_policy(h, policy) for h in variant])
    yield from variants[1:]
    # Keys and policies can be made equal; a port cannot, nor who never asked to share: one has to go.
    if len(holders) == 1 and (_clash(holders[0], service) or _strangers(state, service, holders[0], goal)):
        addresses = elsewhere(state, holders[0])
        if addresses is not None:
            yield [with_requested_addresses(state, holders[0], addresses, holders[0])]


def _clash(holder: Service, service: Service) -> bool:
    return not set(holder.ports).isdisjoint(service.ports)


def _strangers(state: State, service: Service, holder: Service, goal: Goal) -> bool:
    """Whether the address was named on the command line alone, which asks to share with nobody."""
    asked = set(requests_for(service, state.version))
    return (
        bool(goal.addresses) and not asked & set(goal.addresses) and not asks_to_share(state, service, holder)
    )


def _needs(holder: Service, key: str, state: State) -> bool:
    return sharing_key(holder, state.version) != key
