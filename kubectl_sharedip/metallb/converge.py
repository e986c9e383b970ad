"""What MetalLB does when it looks at one Service: the decision list of convergeBalancer.

Source: ``controller/service.go`` (convergeBalancer), ``controller/main.go`` (SetBalancer). Looking
gives one or several ways on (several where MetalLB's own choice is random), each with the books
and the Service as they are afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kubectl_sharedip.metallb.allocate import allocate
from kubectl_sharedip.metallb.annotations import ALLOCATED_FROM, NEW_PREFIX
from kubectl_sharedip.metallb.assign import refused_addresses
from kubectl_sharedip.metallb.explain_room import no_room
from kubectl_sharedip.metallb.facts import address_fact, cluster_ips_fact, service_fact
from kubectl_sharedip.metallb.families import (
    IPFamily,
    UnknownFamily,
    family_of_addresses,
    family_of_service,
    quoted,
)
from kubectl_sharedip.metallb.ledger import Allocation, Ledger
from kubectl_sharedip.metallb.outcomes import (
    Assigned,
    ForetoldEvent,
    NotHandled,
    OneOf,
    Outcome,
    Refused,
)
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.refusals import (
    DualStackImpossible,
    NoClusterIP,
    PoolsRejected,
    Refusal,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import first_fit
from kubectl_sharedip.metallb.sharing import Terms, terms_of
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.service import Ingress, Service

_SOURCE = "controller/service.go convergeBalancer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One look at one Service. ``events`` are those of this look, in their order."""

    outcome: Assigned | Refused | NotHandled
    ledger: Ledger
    service: Service
    events: tuple[ForetoldEvent, ...]


def converge(state: State, service: Service) -> tuple[Step, ...]:
    """Every way in which one look at this Service may end; one, unless a choice is random."""
    if service.type != "LoadBalancer":
        proof = Proof(
            rule="is-load-balancer", source=_SOURCE, facts=(service_fact(service, "spec.type", service.type),)
        )
        return (_cleared(state, service, NotHandled(because="type", proof=proof), ()),)
    refusal = _not_even_looked_at(state, service)
    if refusal is not None:
        return (_cleared(state, service, Refused(refusal=refusal, event=_early_event(state, refusal)), ()),)
    addresses = status_addresses(service)
    events: list[ForetoldEvent] = []
    if addresses and _family_is_wrong(service, addresses, events):
        addresses = ()
    if not addresses:
        return _allocated(state, service, events)
    return _held(state, service, addresses, events)


def _not_even_looked_at(state: State, service: Service) -> Refusal | None:
    if state.faults:
        return PoolsRejected(facts=(), text="", faults=state.faults)
    if not state.pools.by_name:
        return no_room(state, service, IPFamily.IPV4)
    if not service.cluster_ips:
        return NoClusterIP(facts=(cluster_ips_fact(service),), text="", headless=False)
    required = service.ip_family_policy == "RequireDualStack"
    if required and len(service.cluster_ips) < 2 and state.version.checks_cluster_ip_count:
        shown = " ".join(service.cluster_ips)
        return DualStackImpossible(
            facts=(
                cluster_ips_fact(service),
                service_fact(service, "spec.ipFamilyPolicy", service.ip_family_policy),
            ),
            text=f"Service requires dual stack but not enough clusterips [{shown}]",
            policy="RequireDualStack",
            cluster_ips=service.cluster_ips,
        )
    return None


def _early_event(state: State, refusal: Refusal) -> ForetoldEvent | None:
    if isinstance(refusal, DualStackImpossible):
        return ForetoldEvent(reason="not enough clusterips", type="Warning", message=refusal.text)
    return None


def _family_is_wrong(service: Service, addresses: tuple[Address, ...], events: list[ForetoldEvent]) -> bool:
    own = family_of_service(service)
    held = family_of_addresses(addresses)
    if isinstance(held, UnknownFamily):
        shown = quoted(tuple(str(address) for address in addresses))
        message = f"Failed to retrieve LBIPs IPFamily for {shown}: {held.because}"
        events.append(ForetoldEvent(reason="nolbIPsIPFamily", type="Warning", message=message))
        return True
    if held is own:
        return False
    tolerated = own is IPFamily.DUAL and service.ip_family_policy == "PreferDualStack"
    return not (tolerated and held is not IPFamily.DUAL)


def _held(
    state: State, service: Service, addresses: tuple[Address, ...], events: list[ForetoldEvent]
) -> tuple[Step, ...]:
    """It shows addresses: may it keep them, and does it still ask for them?"""
    keeps = refused_addresses(state, service, addresses, (address_fact(service),))
    if isinstance(keeps, Refusal):
        message = (
            f'current IP for "{service.name}" not allowed by config,'
            f" will attempt for new IP assignment: {keeps.text}"
        )
        events.append(ForetoldEvent(reason="ClearAssignment", type="Normal", message=message))
    request = requested(service, state.version)
    if not isinstance(request, Request):
        return (_complaint(state, service, addresses, keeps, request, events),)
    if isinstance(keeps, Refusal):
        return _allocated(state, service, events)
    if request.pool_name and request.pool_name != keeps.name:
        return _allocated(state, service, events)
    if request.addresses:
        if sorted(map(str, request.addresses)) != sorted(map(str, addresses)):
            return _allocated(state, service, events)
        addresses = tuple(sorted(addresses, key=str))  # MetalLB sorts both lists by text, in place
    return (_kept(state, service, addresses, keeps, events),)


def _complaint(
    state: State,
    service: Service,
    addresses: tuple[Address, ...],
    keeps: Pool | Refusal,
    fault: Refusal,
    events: list[ForetoldEvent],
) -> Step:
    """A request that cannot be read costs no address that is still valid."""
    message = f"invalid requested loadbalancer IPs: {fault.text}"
    event = ForetoldEvent(reason="LoadBalancerFailed", type="Warning", message=message)
    events.append(event)
    if isinstance(keeps, Refusal):
        return _cleared(state, service, Refused(refusal=fault, event=event), tuple(events))
    outcome = _kept_outcome(service, addresses, keeps)
    return _given(state, service, replace(outcome, complaint=fault), events)


def _kept(
    state: State, service: Service, addresses: tuple[Address, ...], pool: Pool, events: list[ForetoldEvent]
) -> Step:
    """It keeps its address; under PreferDualStack its pool is asked for the other family."""
    outcome = _kept_outcome(service, addresses, pool)
    prefers = service.ip_family_policy == "PreferDualStack" and state.version.tolerates_one_family
    if len(addresses) == 1 and prefers:
        missing = 10 - addresses[0].family
        second = first_fit(replace(state, ledger=state.ledger.release(service.name)), pool, missing, service)
        if second is not None:
            events.append(_additional(f'Assigned additional IP "{second}"', "IPAllocated"))
            outcome = replace(outcome, addresses=(*addresses, second), way="second-family")
        else:
            text = _no_second(state, service, pool, addresses[0])
            message = f"cannot assign additional IP in PreferDualStack: {text}"
            events.append(_additional(message, "AdditionalAssignFailed"))
    return _given(state, service, outcome, events)


def _no_second(state: State, service: Service, pool: Pool, held: Address) -> str:
    # Its own address counts as free for itself.
    alone = replace(state, ledger=state.ledger.release(service.name))
    same = first_fit(alone, pool, held.family, service)
    if same is None:
        return f"no available IPs in pool {pool.name}"
    return f'["{held}" "<nil>"] is not allowed in config'


def _additional(message: str, reason: str) -> ForetoldEvent:
    return ForetoldEvent(reason=reason, type="Normal", message=message)


def _allocated(state: State, service: Service, events: list[ForetoldEvent]) -> tuple[Step, ...]:
    """It holds nothing any more: what does it get?"""
    without = replace(state, ledger=state.ledger.release(service.name))
    result = allocate(without, service)
    if isinstance(result, Refusal):
        message = f'Failed to allocate IP for "{service.name}": {result.text}'
        event = ForetoldEvent(reason="AllocationFailed", type="Warning", message=message)
        refused = Refused(refusal=result, event=event)
        return (_cleared(state, service, refused, (*events, event)),)
    choices = result.choices if isinstance(result, OneOf) else (result,)
    steps = []
    for choice in choices:
        shown = quoted(tuple(str(address) for address in choice.addresses))
        event = ForetoldEvent(reason="IPAllocated", type="Normal", message=f"Assigned IP {shown}")
        steps.append(_given(without, service, choice, [*events, event]))
    return tuple(steps)


def _kept_outcome(service: Service, addresses: tuple[Address, ...], pool: Pool) -> Assigned:
    proof = Proof(rule="keeps-address", source=_SOURCE, facts=(address_fact(service),))
    return Assigned(addresses=addresses, pool=pool.name, way="kept", proof=proof)


def _given(state: State, service: Service, outcome: Assigned, events: list[ForetoldEvent]) -> Step:
    terms: Terms = terms_of(service, state.version)
    ledger = state.ledger.assign(Allocation(terms=terms, addresses=outcome.addresses, pool=outcome.pool))
    ingress = tuple(Ingress(ip=str(address), hostname="") for address in outcome.addresses)
    prefix = NEW_PREFIX if state.version.reads_metallb_io else "metallb.universe.tf/"
    annotations = {**service.annotations, prefix + ALLOCATED_FROM: outcome.pool}
    after = service
    if ingress != service.ingress or annotations != service.annotations:
        after = replace(service, ingress=ingress, annotations=annotations)
    return Step(outcome=outcome, ledger=ledger, service=after, events=tuple(events))


def _cleared(
    state: State,
    service: Service,
    outcome: Refused | NotHandled,
    events: tuple[ForetoldEvent, ...],
) -> Step:
    prefix = NEW_PREFIX if state.version.reads_metallb_io else "metallb.universe.tf/"
    allocated_from = prefix + ALLOCATED_FROM
    annotations = {key: value for key, value in service.annotations.items() if key != allocated_from}
    after = service
    if service.ingress or allocated_from in service.annotations:
        after = replace(service, ingress=(), annotations=annotations)
    if isinstance(outcome, Refused) and outcome.event is not None and not events:
        events = (outcome.event,)
    return Step(outcome=outcome, ledger=state.ledger.release(service.name), service=after, events=events)


def outcome_of(steps: tuple[Step, ...]) -> Outcome:
    """The ways of one look as one answer."""
    if len(steps) == 1:
        return steps[0].outcome
    choices = tuple(step.outcome for step in steps if isinstance(step.outcome, Assigned))
    return OneOf(choices=choices)
