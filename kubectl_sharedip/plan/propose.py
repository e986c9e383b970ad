"""The edits that are worth trying: for the named Service, and for those that stand in its way.

Candidates are changed Services, not sentences: each combination is simulated afterwards, so one
that does not help costs only the trial. Whoever holds a wanted address may be edited too; that
such a plan needs leave is found when its impact is weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import backend_key, sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.edits import (
    with_key,
    with_policy,
    with_requested_addresses,
    without_annotated_request,
    without_field_request,
    without_requested_address,
    without_requested_pool,
    writes_as,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Changed Services, the named one last, those whose edit keeps a live address first."""

    changed: tuple[Service, ...]


def candidates(state: State, service: Service, goal: Goal) -> Iterator[Candidate]:
    """Every combination worth trying, each at most once, the ones with fewest edits first."""
    holders = _holders(state, service, goal)
    partner = state.services.get(goal.share_with) if goal.share_with else None
    keys = _keys(state, service, holders, partner)
    own = list(_own(state, service, partner, keys, partner or next(iter(holders), None)))
    groups = list(_groups(state, service, holders, keys))
    found: dict[tuple[tuple[ServiceName, object], ...], Candidate] = {}
    for group, mine in product(groups, own):
        before = [*holders]
        edited = [after for was, after in zip(before, group, strict=True) if after != was]
        changed = (*edited, mine) if mine != service else tuple(edited)
        if changed:
            identity = tuple((s.name, _identity(s)) for s in changed)
            found.setdefault(identity, Candidate(changed=changed))
    yield Candidate(changed=())  # it may be enough that MetalLB looks again
    yield from sorted(found.values(), key=lambda candidate: len(candidate.changed))


def _identity(service: Service) -> object:
    return (
        tuple(sorted(service.annotations.items())),
        service.load_balancer_ip,
        service.external_traffic_policy,
    )


def _holders(state: State, service: Service, goal: Goal) -> list[Service]:
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
    request = requested(service, state.version)
    if isinstance(request, Request) and request.addresses:
        return request.addresses
    texts = [service.load_balancer_ip, *_annotation_items(service)]
    read = [address for text in texts if (address := parse_address(text.strip())) is not None]
    if read:
        return tuple(dict.fromkeys(read))
    key = sharing_key(service, state.version)
    if not key:
        return ()
    pools = [p for p in state.pools.by_name.values() if request_allows(request, p.name)]
    return tuple(a for pool in pools for r in pool.ranges for a in state.ledger.with_key(key, r))


def request_allows(request: object, pool: str) -> bool:
    """Whether the Service would take an address of this pool."""
    return not isinstance(request, Request) or request.pool_name in ("", pool)


def _annotation_items(service: Service) -> list[str]:
    return [
        item
        for key, value in service.annotations.items()
        if key.endswith("/loadBalancerIPs")
        for item in value.split(",")
    ]


def _keys(state: State, service: Service, holders: list[Service], partner: Service | None) -> tuple[str, ...]:
    """The keys that may unite them: the holders', else its own, else a new one."""
    known = [*([partner] if partner else []), *holders, service]
    keys = dict.fromkeys(k for one in known if (k := sharing_key(one, state.version)))
    if keys or not (holders or partner):
        return tuple(keys)
    return (_made_key(service, partner or holders[0]),)


def _made_key(service: Service, holder: Service) -> str:
    """A key made from what the two have in common: an application label, else their names."""
    for label in ("app.kubernetes.io/part-of", "app.kubernetes.io/instance", "app"):
        value = service.labels.get(label)
        if value and value == holder.labels.get(label):
            return value
    return f"{holder.name.name}-{service.name.name}"


def _own(
    state: State,
    service: Service,
    partner: Service | None,
    keys: tuple[str, ...],
    model: Service | None,
) -> Iterator[Service]:
    """What the named Service may become; where it has no annotation, it writes as ``model`` does."""
    version = state.version
    model = writes_as(state, service, model)  # some variants drop the annotations that show its own habit
    requests = [service]
    if service.load_balancer_ip and any(_annotation_items(service)):
        requests.append(without_field_request(service))
        requests.append(without_annotated_request(service, version))
    bare = without_requested_address(service, version)
    requests.extend((bare, without_requested_pool(service, version), without_requested_pool(bare, version)))
    if partner is not None:
        addresses = status_addresses(partner)
        asking = with_requested_addresses(state, service, addresses, model)
        requests.extend((asking, without_requested_pool(asking, version)))
    for one in requests:
        for keyed in (one, *(with_key(state, one, key, model) for key in keys)):
            yield keyed
            other = "Cluster" if service.external_traffic_policy == "Local" else "Local"
            if backend_key(with_policy(keyed, other)) != backend_key(keyed):
                yield with_policy(keyed, other)


def _groups(
    state: State, service: Service, holders: list[Service], keys: tuple[str, ...]
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
    # Keys and policies can be made equal; a port cannot, so there one of the two has to go.
    if len(holders) == 1 and set(holders[0].ports) & set(service.ports):
        moved = _elsewhere(state, holders[0])
        if moved is not None:
            yield [moved]


def _needs(holder: Service, key: str, state: State) -> bool:
    return sharing_key(holder, state.version) != key


def _elsewhere(state: State, holder: Service) -> Service | None:
    """The holder asking for another address of its pool that is free."""
    allocation = state.ledger.allocation(holder.name)
    pool = state.pools.by_name.get(allocation.pool) if allocation else None
    family = family_of_service(holder)
    if pool is None or not isinstance(family, IPFamily):
        return None
    found = [_free(state, pool, number) for number in family.numbers]
    addresses = tuple(address for address in found if address is not None)
    if len(addresses) < len(family.numbers):
        return None
    return with_requested_addresses(state, holder, addresses, holder)


def _free(state: State, pool: Pool, family: int) -> Address | None:
    """The lowest address of the pool that nobody is on: whoever is moved shares with no stranger."""
    ranges = (range_ for range_ in pool.ranges if range_.family == family)
    found = (state.ledger.first_free(range_, pool.avoid_buggy_ips) for range_ in ranges)
    return next((address for address in found if address is not None), None)
