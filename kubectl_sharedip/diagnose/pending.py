"""A Service without an address: every fault that stands in the way, and which one is decisive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.diagnose.refusals import refusal_finding
from kubectl_sharedip.diagnose.sharing import conflict_findings, terminating_holders
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.annotations import REQUESTED_ADDRESSES, in_force
from kubectl_sharedip.metallb.facts import service_fact, setting_fact
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.refusals import (
    BothRequests,
    NoRoom,
    NotShareable,
    OutsideRequestedPool,
    PoolFull,
    Refusal,
)
from kubectl_sharedip.metallb.requests import FIELD, Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import AddressConflict
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact, Proof


def pending_findings(view: View) -> tuple[Finding, ...]:
    """The findings of a Pending Service: exactly one is decisive, and it stands first."""
    if isinstance(view.outcome, Assigned | OneOf):
        return (replace(_waits(view, view.outcome), decisive=True),)
    if not isinstance(view.outcome, Refused):
        return ()
    decisive, *rest = _faults(view, view.outcome.refusal)
    return (replace(decisive, decisive=True), *rest)


def _faults(view: View, refusal: Refusal) -> Iterator[Finding]:
    """Every fault, the one at which MetalLB stops first."""
    if isinstance(refusal, NotShareable):
        yield from _held(view, refusal.conflict, _request_facts(view))
        yield from _other_addresses(view, refusal.conflict.address)
        yield from _other_pool(view)
        return
    yield refusal_finding(view.service, refusal)
    if isinstance(refusal, PoolFull | NoRoom):
        for conflict in refusal.joinable_by_key:
            yield from _held(view, conflict, ())
    if isinstance(refusal, BothRequests):
        for address, asked in _both_requested(view):
            conflict_there = conflict_on(view.state, address, view.service)
            if conflict_there is not None:
                yield from _held(view, conflict_there, (asked,))


def _held(view: View, conflict: AddressConflict, asked: tuple[Fact, ...]) -> Iterator[Finding]:
    yield from conflict_findings(view.state, view.service, conflict, asked)
    yield from terminating_holders(view.state, conflict)


def _request_facts(view: View) -> tuple[Fact, ...]:
    request = requested(view.service, view.state.version)
    return (request.fact,) if isinstance(request, Request) and request.fact else ()


def _other_addresses(view: View, first: Address) -> Iterator[Finding]:
    """The conflicts on the requested addresses that MetalLB did not come to."""
    request = requested(view.service, view.state.version)
    for address in request.addresses if isinstance(request, Request) else ():
        conflict = conflict_on(view.state, address, view.service) if address != first else None
        if conflict is not None:
            yield from _held(view, conflict, _request_facts(view))


def _other_pool(view: View) -> Iterator[Finding]:
    """SIP108 beside a held address: were the address free, the requested pool would refuse it next."""
    request = requested(view.service, view.state.version)
    if not isinstance(request, Request) or request.pool is None or not request.pool_name:
        return
    owner = view.state.pools.owner(request.addresses)
    if owner is None or owner.name == request.pool_name or not view.state.version.request_must_fit_pool:
        return
    refusal = OutsideRequestedPool(
        facts=(*_request_facts(view), setting_fact(view.service, request.pool)),
        text="",
        addresses=request.addresses,
        requested_pool=request.pool_name,
        owner=owner,
    )
    yield refusal_finding(view.service, refusal)


def _both_requested(view: View) -> Iterator[tuple[Address, Fact]]:
    """The addresses of both requests, where they can be read, each once and with its place."""
    setting = in_force(view.service, REQUESTED_ADDRESSES, view.state.version)
    asked = [
        (view.service.load_balancer_ip, service_fact(view.service, FIELD, view.service.load_balancer_ip))
    ]
    if setting is not None:
        asked.extend((text.strip(), setting_fact(view.service, setting)) for text in setting.value.split(","))
    seen: set[Address] = set()
    for text, fact in asked:
        address = parse_address(text)
        if address is not None and address not in seen:
            seen.add(address)
            yield address, fact


def _waits(view: View, outcome: Assigned | OneOf) -> Finding:
    """SIP501: it would be assigned now, and stays Pending until MetalLB looks again.

    MetalLB stops at no rule then, so what keeps the Service Pending is this alone.
    """
    choices = outcome.choices if isinstance(outcome, OneOf) else (outcome,)
    lists = sorted(choice.addresses for choice in choices)
    facts = (service_fact(view.service, "status.loadBalancer.ingress", None),)
    because = tuple(dict.fromkeys(choice.proof for choice in choices))
    source = "internal/k8s/controllers/service_controller_reload.go"
    return found(
        "SIP501",
        {"addresses": " or ".join(", ".join(map(str, addresses)) for addresses in lists)},
        facts=facts,
        proof=Proof(rule="nothing-wakes-metallb", source=source, facts=facts, because=because),
        cause=True,
        certain=isinstance(outcome, Assigned),
    )
