"""A Service that shows addresses: may it keep them, and does it still ask for them?

Source: ``controller/service.go`` (convergeBalancer, serviceFamilyChanged, isEqualIPs),
``internal/allocator/allocator.go`` (AllocateFromPoolForAdditionalFamily).
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.metallb.annotations import REQUESTED_POOL, value_in_force
from kubectl_sharedip.metallb.assign import refused_addresses
from kubectl_sharedip.metallb.explain_room import no_second_text
from kubectl_sharedip.metallb.facts import address_fact, cluster_ips_fact
from kubectl_sharedip.metallb.families import IPFamily, UnknownFamily, family_in, family_of, quoted
from kubectl_sharedip.metallb.outcomes import Assigned, ForetoldEvent, Refused
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.refusals import NoClusterIP, NotShareable, Refusal, Unexplained
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import first_fit
from kubectl_sharedip.metallb.state import State, shown_addresses, status_addresses
from kubectl_sharedip.metallb.steps import Step, allocated, cleared, given, keeping
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.service import Service


def holding(state: State, service: Service, *, explained: bool) -> tuple[Step, ...]:
    """Every way in which a look at a Service with addresses in its status may end."""
    events: list[ForetoldEvent] = []
    shown = _family_of_shown(state, service, events)
    own = family_in(service, state.version)
    if isinstance(shown, UnknownFamily) and not state.version.wipes_invalid_status:
        outcome = keeping(service, status_addresses(service), "")
        return (Step(outcome=outcome, ledger=state.ledger, service=service, events=tuple(events)),)
    if isinstance(own, UnknownFamily):
        return (_headless(state, service, own, events),)
    if _family_is_wrong(state, service, shown, own):
        return allocated(state, service, events, explained)
    return _held(state, service, status_addresses(service), events, explained)


def _family_of_shown(state: State, service: Service, events: list[ForetoldEvent]) -> IPFamily | UnknownFamily:
    """The family of the status; a text that is no address prints as Go prints nothing."""
    shown = shown_addresses(service)
    texts = tuple("<nil>" if address is None else str(address) for address in shown)
    held = family_of(texts)
    if shown == (None,) and not state.version.notices_unreadable_address:
        return IPFamily.IPV6
    if isinstance(held, UnknownFamily):
        message = f"Failed to retrieve LBIPs IPFamily for {quoted(texts)}: {held.because}"
        events.append(ForetoldEvent(reason="nolbIPsIPFamily", type="Warning", message=message))
    return held


def _headless(state: State, service: Service, own: UnknownFamily, events: list[ForetoldEvent]) -> Step:
    """Its clusterIPs cannot be read: MetalLB stops, and leaves what it has."""
    first, *_ = service.cluster_ips
    message = (
        f"Failed to retrieve ClusterIPs IPFamily for {quoted(service.cluster_ips)} {first}: {own.because}"
    )
    event = ForetoldEvent(reason="noclusterIPsIPFamily", type="Warning", message=message)
    refusal = NoClusterIP(facts=(cluster_ips_fact(service),), text=own.because, headless=True)
    outcome: Assigned | Refused = Refused(refusal=refusal, event=event)
    if addresses := status_addresses(service):
        held = state.ledger.allocation(service.name)
        outcome = keeping(service, addresses, held.pool if held else "")
        outcome = replace(outcome, complaint=refusal)
    return Step(outcome=outcome, ledger=state.ledger, service=service, events=(*events, event))


def _family_is_wrong(state: State, service: Service, held: IPFamily | UnknownFamily, own: IPFamily) -> bool:
    if held is own:
        return False
    prefers = service.ip_family_policy == "PreferDualStack" and state.version.tolerates_one_family
    return isinstance(held, UnknownFamily) or own is not IPFamily.DUAL or not prefers


def _held(
    state: State,
    service: Service,
    addresses: tuple[Address, ...],
    events: list[ForetoldEvent],
    explained: bool,
) -> tuple[Step, ...]:
    pool: Pool | None = None
    endures = state.version.keeps_address_on_key_conflict
    if not addresses:  # an IPv6 Service before 0.14.0, whose status is no address
        text = '["<nil>"] is not allowed in config'
        keeps: Pool | Refusal = Unexplained(facts=(address_fact(service),), text=text)
    else:
        facts = (address_fact(service),)
        keeps = refused_addresses(state, service, addresses, facts, explained=explained or endures)
    if endures and isinstance(keeps, NotShareable) and not keeps.conflict.by_port:
        return (_against_the_rules(state, service, keeps, events),)
    if isinstance(keeps, Refusal) and state.version.says_clear_assignment:
        message = (
            f'current IP for "{service.name}" not allowed by config,'
            f" will attempt for new IP assignment: {keeps.text}"
        )
        events.append(ForetoldEvent(reason="ClearAssignment", type="Normal", message=message))
    if isinstance(keeps, Pool) and value_in_force(service, REQUESTED_POOL, state.version) in ("", keeps.name):
        pool = keeps
    request = requested(service, state.version)
    if not isinstance(request, Request):
        return (_complaint(state, service, pool, request, events),)
    if pool is None:
        return allocated(state, service, events, explained)
    if request.addresses:
        if sorted(map(str, request.addresses)) != sorted(map(str, addresses)):
            return allocated(state, service, events, explained)
        addresses = tuple(sorted(addresses, key=str))  # MetalLB sorts both lists by text, in place
    return (_kept(state, service, addresses, pool, events),)


def _against_the_rules(
    state: State, service: Service, fault: NotShareable, events: list[ForetoldEvent]
) -> Step:
    """Nothing is written, and MetalLB tries again without end."""
    message = f"current IP not allowed by config:{fault.text}"
    event = ForetoldEvent(reason="svcCannotShareKey", type="Warning", message=message)
    held = state.ledger.allocation(service.name)
    outcome = keeping(service, status_addresses(service), held.pool if held else "")
    outcome = replace(outcome, complaint=fault, event=event)
    return Step(outcome=outcome, ledger=state.ledger, service=service, events=(*events, event))


def _complaint(
    state: State, service: Service, pool: Pool | None, fault: Refusal, events: list[ForetoldEvent]
) -> Step:
    """A request that cannot be read costs no address that is valid and in the requested pool."""
    message = f"invalid requested loadbalancer IPs: {fault.text}"
    event = ForetoldEvent(reason="LoadBalancerFailed", type="Warning", message=message)
    events.append(event)
    if pool is None:
        return cleared(state, service, Refused(refusal=fault, event=event), tuple(events))
    outcome = replace(keeping(service, status_addresses(service), pool.name), complaint=fault, event=event)
    # The status is not written, so it stays as it stands, hostnames and all.
    return replace(given(state, service, outcome, events), service=service, rebuilt=False)


def _kept(
    state: State, service: Service, addresses: tuple[Address, ...], pool: Pool, events: list[ForetoldEvent]
) -> Step:
    """It keeps its address; under PreferDualStack its pool is asked for the other family."""
    outcome = keeping(service, addresses, pool.name)
    prefers = service.ip_family_policy == "PreferDualStack" and state.version.tolerates_one_family
    if len(addresses) == 1 and prefers:
        (own,) = addresses
        # Its own address counts as free for itself.
        alone = replace(state, ledger=state.ledger.release(service.name))
        found = {family: first_fit(alone, pool, family, service) for family in (4, 6)}
        second = found[10 - own.family]
        if second is not None:
            events.append(_additional(f'Assigned additional IP "{second}"', "IPAllocated"))
            outcome = replace(outcome, addresses=(*addresses, second), way="second-family")
        else:
            text = no_second_text(state.version, pool, own, found)
            message = f"cannot assign additional IP in PreferDualStack: {text}"
            events.append(_additional(message, "AdditionalAssignFailed"))
    return given(state, service, outcome, events)


def _additional(message: str, reason: str) -> ForetoldEvent:
    return ForetoldEvent(reason=reason, type="Normal", message=message)
