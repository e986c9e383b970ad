"""Which address a Service gets that holds none: requested, from a requested pool, or automatic.

Source: ``controller/service.go`` (allocateIPs), ``internal/allocator/allocator.go`` (Allocate,
AllocateFromPool, Assign), ``internal/allocator/allocation.go`` (selectIPsForFamilyAndPolicy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_sharedip.metallb.asked import (
    family_refused,
    kept_for_others,
    outside_requested_pool,
    unknown_pool,
)
from kubectl_sharedip.metallb.assign import refused_addresses
from kubectl_sharedip.metallb.explain_room import full_text, no_room, pool_full
from kubectl_sharedip.metallb.facts import cluster_ips_fact, service_fact, setting_fact
from kubectl_sharedip.metallb.families import (
    IPFamily,
    UnknownFamily,
    family_in,
    family_of_service,
)
from kubectl_sharedip.metallb.order import general, kept_for
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Way
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.refusals import (
    DualStackImpossible,
    NoClusterIP,
    Refusal,
    Unexplained,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import first_fit
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service

_SOURCE = "internal/allocator/allocator.go"


def allocate(state: State, service: Service, *, explained: bool) -> Assigned | OneOf | Refusal:
    """What MetalLB gives the Service, whose own addresses are not in the ledger any more.

    Without ``explained`` a held address and a lack of room come without reasons (Unexplained).
    """
    family = family_in(service, state.version)
    if isinstance(family, UnknownFamily):
        return NoClusterIP(facts=(cluster_ips_fact(service),), text=family.because, headless=True)
    result = _allocated(state, service, family, explained)
    if isinstance(result, Refusal) and isinstance(family_of_service(service), UnknownFamily):
        # It is refused as an IPv6 Service; what is wrong with it is its clusterIP.
        return NoClusterIP(facts=(cluster_ips_fact(service),), text=result.text, headless=True)
    return result


def _allocated(
    state: State, service: Service, family: IPFamily, explained: bool
) -> Assigned | OneOf | Refusal:
    request = requested(service, state.version)
    if not isinstance(request, Request):
        return request
    if request.addresses:
        return _requested_addresses(state, service, family, request, explained)
    if request.pool_name:
        return _requested_pool(state, service, family, request, explained)
    return _automatic(state, service, family, explained)


def _requested_addresses(
    state: State, service: Service, family: IPFamily, request: Request, explained: bool
) -> Assigned | Refusal:
    mismatch = family_refused(service, request, family)
    if mismatch is not None:
        return mismatch
    asked = (request.fact,) if request.fact else ()
    owner = refused_addresses(state, service, request.addresses, asked, explained=explained)
    if isinstance(owner, Refusal):
        return owner
    outside = outside_requested_pool(state, service, request, owner)
    return outside or _assigned(request.addresses, owner, "requested", asked)


def _requested_pool(
    state: State, service: Service, family: IPFamily, request: Request, explained: bool
) -> Assigned | Refusal:
    assert request.pool is not None  # its name is not empty
    unknown = unknown_pool(state, service, request)
    if unknown is not None:
        return unknown
    asked = setting_fact(service, request.pool)
    pool = state.pools.by_name[request.pool_name]
    found = {number: first_fit(state, pool, number, service) for number in (4, 6)}
    addresses = _select(state, pool, service, family, found)
    if not addresses:
        text = full_text(state.version, pool, family, found)
        if any(found.values()) and _two_against_policy(state, service, family):
            return _dual_impossible(service, text)
        if not explained:
            return Unexplained(facts=(), text=text)
        return pool_full(state, service, family, pool, asked=asked, found=found)
    others = kept_for_others(service, request, pool)
    return others or _assigned(addresses, pool, "requested-pool", (asked,))


def _automatic(
    state: State, service: Service, family: IPFamily, explained: bool
) -> Assigned | OneOf | Refusal:
    if _two_against_policy(state, service, family):
        return _dual_impossible(service, "no available IPs")
    choices: list[Assigned] = []
    for order in kept_for(state, service):
        best = _best(state, service, family, order, by_chance=False)
        choices.extend(_assigned(addresses, pool, "kept-for-it", ()) for pool, addresses in best)
    if not choices:
        best = _best(state, service, family, general(state), by_chance=True)
        choices.extend(_assigned(addresses, pool, "general", ()) for pool, addresses in best)
    distinct = list({(choice.pool, choice.addresses): choice for choice in choices}.values())
    if not distinct:
        return (
            no_room(state, service, family) if explained else Unexplained(facts=(), text="no available IPs")
        )
    first, *others = distinct
    return OneOf(choices=(first, *others)) if others else first


def _two_against_policy(state: State, service: Service, family: IPFamily) -> bool:
    """Two clusterIPs and no dual-stack policy: MetalLB gives nothing, neither one address nor two."""
    return family is IPFamily.DUAL and _policy(service) == "SingleStack" and state.version.policy_decides


def _dual_impossible(service: Service, text: str) -> DualStackImpossible:
    facts = (
        cluster_ips_fact(service),
        service_fact(service, "spec.ipFamilyPolicy", service.ip_family_policy),
    )
    return DualStackImpossible(facts=facts, text=text, policy="SingleStack", cluster_ips=service.cluster_ips)


def _best(
    state: State, service: Service, family: IPFamily, pools: Sequence[Pool], *, by_chance: bool
) -> list[tuple[Pool, tuple[Address, ...]]]:
    """The pools that may win, with what each would give (findBestPoolForService).

    In a fixed order only the first can win; where the order is chance, each of the best kind can.
    """
    found = [(pool, {n: first_fit(state, pool, n, service) for n in (4, 6)}) for pool in pools]
    whole = [
        (pool, addresses)
        for pool, free in found
        if all(free[number] for number in family.numbers)
        and (addresses := _select(state, pool, service, family, free))
    ]
    if whole or family is not IPFamily.DUAL or _policy(service) != "PreferDualStack":
        return whole if by_chance else whole[:1]
    if not state.version.tolerates_one_family:
        return []
    first_family = 6 if service.ip_families[:1] == ("IPv6",) else 4
    for number in (first_family, 10 - first_family):
        half: list[tuple[Pool, tuple[Address, ...]]] = [
            (pool, (address,)) for pool, free in found if (address := free[number]) is not None
        ]
        if half:
            return half if by_chance else half[:1]
    return []


def _select(
    state: State, pool: Pool, service: Service, family: IPFamily, free: Mapping[int, Address | None]
) -> tuple[Address, ...]:
    """The addresses to take of those that are free, none where they do not do.

    Source: ``internal/allocator/allocation.go`` (selectIPsForFamilyAndPolicy), since 0.14.9.
    """
    version, policy = state.version, _policy(service)
    by_policy = version.policy_decides and (family is IPFamily.DUAL or not version.cluster_ips_decide)
    if by_policy and policy != "SingleStack":
        found = tuple(address for number in (4, 6) if (address := free[number]) is not None)
        return found if policy == "PreferDualStack" or len(found) == 2 else ()
    if by_policy and family is IPFamily.DUAL:
        return ()
    found = tuple(address for number in family.numbers if (address := free[number]) is not None)
    if len(found) < len(family.numbers):
        return ()
    v6_first = next((range_.family == 6 for range_ in pool.ranges), False)
    return found[::-1] if v6_first and not version.ipv4_first else found


def _policy(service: Service) -> str:
    return service.ip_family_policy or "SingleStack"


def _assigned(addresses: tuple[Address, ...], pool: Pool, way: Way, facts: tuple[Fact, ...]) -> Assigned:
    proof = Proof(rule=f"assigned-{way}", source=f"{_SOURCE} Assign", facts=facts)
    return Assigned(addresses=addresses, pool=pool.name, way=way, proof=proof)
