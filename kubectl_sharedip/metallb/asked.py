"""Does what a Service asks for agree with itself, and with the pools there are?

Each rule looks at one thing and stands by itself: MetalLB stops at the first that fails
(``allocate``), an explanation wants all of them. Source: ``controller/service.go`` (allocateIPs),
``internal/allocator/allocator.go`` (AllocateFromPool).
"""

from __future__ import annotations

from kubectl_sharedip.metallb.facts import cluster_ips_fact, setting_fact
from kubectl_sharedip.metallb.families import IPFamily, family_of_addresses, go_quote, quoted
from kubectl_sharedip.metallb.pools import Pool, excluded_by
from kubectl_sharedip.metallb.refusals import (
    FamilyMismatch,
    OutsideRequestedPool,
    PoolNotForService,
    PoolUnknown,
)
from kubectl_sharedip.metallb.requests import Request
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.service import Service


def family_refused(service: Service, request: Request, family: IPFamily) -> FamilyMismatch | None:
    """The requested addresses must have exactly the families of the clusterIPs."""
    wanted = family_of_addresses(request.addresses)
    if wanted is family:
        return None
    asked = (request.fact,) if request.fact else ()
    text = f"requested loadBalancer IP(s) {_quoted(request)} does not match the ipFamily of the service"
    return FamilyMismatch(
        facts=(*asked, cluster_ips_fact(service)),
        text=text,
        addresses=request.addresses,
        service_family=family.value,
        wanted_family=wanted.value if isinstance(wanted, IPFamily) else "",
    )


def outside_requested_pool(
    state: State, service: Service, request: Request, owner: Pool
) -> OutsideRequestedPool | None:
    """The requested addresses must lie in the requested pool, where both are requested."""
    if request.pool is None or request.pool.value in ("", owner.name):
        return None
    if not state.version.request_must_fit_pool:
        return None
    asked = (request.fact,) if request.fact else ()
    text = (
        f"requested loadBalancer IP(s) {_quoted(request)} is not compatible"
        f" with requested address pool {request.pool_name}"
    )
    return OutsideRequestedPool(
        facts=(*asked, setting_fact(service, request.pool)),
        text=text,
        addresses=request.addresses,
        requested_pool=request.pool_name,
        owner=owner,
    )


def unknown_pool(state: State, service: Service, request: Request) -> PoolUnknown | None:
    """The requested pool must be among those that MetalLB accepted."""
    if request.pool is None or request.pool.value in ("", *state.pools.by_name):
        return None
    return PoolUnknown(
        facts=(setting_fact(service, request.pool),),
        text=f"unknown pool {go_quote(request.pool_name)}",
        pool=request.pool_name,
        known=tuple(sorted(state.pools.by_name)),
    )


def kept_for_others(service: Service, request: Request, pool: Pool) -> PoolNotForService | None:
    """The requested pool must be for this Service (serviceAllocation)."""
    term = excluded_by(pool, service)
    if term is None:
        return None
    asked = (setting_fact(service, request.pool),) if request.pool else ()
    text = f"pool {pool.name} not compatible for ip assignment"
    return PoolNotForService(facts=asked, text=text, pool=pool, term=term)


def _quoted(request: Request) -> str:
    return quoted(tuple(str(address) for address in request.addresses))
