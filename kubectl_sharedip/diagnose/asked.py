"""All that is wrong with what a Service asks for, not the first fault alone.

MetalLB stops at the first rule that fails. Whoever clears that one alone meets the next; so each
rule is tried by itself, on each address that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.diagnose.refusals import refusal_finding
from kubectl_sharedip.diagnose.sharing import conflict_findings, terminating_holders
from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.annotations import NEW_PREFIX, OLD_PREFIX, REQUESTED_ADDRESSES
from kubectl_sharedip.metallb.asked import (
    family_refused,
    kept_for_others,
    outside_requested_pool,
    unknown_pool,
)
from kubectl_sharedip.metallb.assign import refused_addresses
from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.refusals import BothRequests, NotShareable, Refusal
from kubectl_sharedip.metallb.requests import Request, Unreadable, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import AddressConflict
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service

_ANNOTATIONS = frozenset(prefix + REQUESTED_ADDRESSES for prefix in (NEW_PREFIX, OLD_PREFIX))


def asked_findings(view: View) -> Iterator[Finding]:
    """Every fault of every request: those of the addresses in MetalLB's order, then the pool's."""
    seen: set[Address] = set()
    for request in _requests(view):
        if not isinstance(request, Request):
            yield refusal_finding(view.service, request)
            continue
        yield from _of_addresses(view, request, seen)
        seen.update(request.addresses)
    yield from _of_pool(view)


def held_findings(view: View, conflict: AddressConflict, asked: tuple[Fact, ...]) -> Iterator[Finding]:
    """Why this address cannot be joined, and who of its holders is on the way out."""
    yield from conflict_findings(view.state, view.service, conflict, asked)
    yield from terminating_holders(view.state, conflict)


def _requests(view: View) -> Iterator[Request | Unreadable]:
    """What it asks for; where field and annotation both do, each by itself."""
    request = requested(view.service, view.state.version)
    if not isinstance(request, BothRequests):
        yield request
        return
    for alone in (_without_field(view.service), _without_annotation(view.service)):
        yield requested(alone, view.state.version)


def _without_field(service: Service) -> Service:
    return replace(service, load_balancer_ip="")


def _without_annotation(service: Service) -> Service:
    kept = {key: value for key, value in service.annotations.items() if key not in _ANNOTATIONS}
    return replace(service, annotations=MappingProxyType(kept))


def _of_addresses(view: View, request: Request, seen: set[Address]) -> Iterator[Finding]:
    asked = (request.fact,) if request.fact else ()
    family = family_of_service(view.service)
    if not request.addresses or seen.issuperset(request.addresses):
        return
    if isinstance(family, IPFamily):
        yield from _refused(view, family_refused(view.service, request, family))
    for address in request.addresses:
        yield from _pool_refuses(view, (address,), asked)
    yield from _pool_refuses(view, request.addresses, asked)
    for address in request.addresses:
        conflict = conflict_on(view.state, address, view.service) if address not in seen else None
        if conflict is not None:
            yield from held_findings(view, conflict, asked)
    pools = {p.name: p for a in request.addresses if (p := view.state.pools.containing(a)) is not None}
    for pool in pools.values() if len(pools) == 1 else ():
        yield from _refused(view, outside_requested_pool(view.state, view.service, request, pool))


def _pool_refuses(view: View, addresses: tuple[Address, ...], asked: tuple[Fact, ...]) -> Iterator[Finding]:
    refusal = refused_addresses(view.state, view.service, addresses, asked, explained=True)
    if isinstance(refusal, Refusal) and not isinstance(refusal, NotShareable):
        yield refusal_finding(view.service, refusal)


def _of_pool(view: View) -> Iterator[Finding]:
    """The requested pool must be there, and be for this Service, whatever address is asked for."""
    request = requested(_without_annotation(_without_field(view.service)), view.state.version)
    if not isinstance(request, Request) or not request.pool_name:
        return
    yield from _refused(view, unknown_pool(view.state, view.service, request))
    pool = view.state.pools.by_name.get(request.pool_name)
    if pool is not None:
        yield from _refused(view, kept_for_others(view.service, request, pool))


def _refused(view: View, refusal: Refusal | None) -> Iterator[Finding]:
    if refusal is not None:
        yield refusal_finding(view.service, refusal)
