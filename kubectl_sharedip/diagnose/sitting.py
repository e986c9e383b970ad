"""Why a Service sits where it sits: what gave it the address, and by what it shares it.

Refuses to speak for one that holds its address against the rules, or by chance: of those there are
findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.metallb.facts import key_fact, policy_fact, port_fact, selector_fact, service_fact
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Outcome
from kubectl_sharedip.metallb.requests import FIELD, Request, requested
from kubectl_sharedip.metallb.sharing import SOURCE, backend_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service


def why_here(state: State, service: Service, outcome: Outcome | None) -> Proof | None:
    """The proof that MetalLB would leave it where it is; None where it has no address, or would move.

    ``outcome`` is what MetalLB would do with it now.
    """
    held = status_addresses(service)
    choices = outcome.choices if isinstance(outcome, OneOf) else (outcome,)
    stays = [one for one in choices if isinstance(one, Assigned) and one.addresses == held]
    if not held or len(stays) < len(choices):
        return None
    return Proof(
        rule="stays-at-a-look",
        source="controller/service.go convergeBalancer",
        because=(_asked(state, service), *(one.proof for one in stays), *_shared(state, service)),
    )


def _asked(state: State, service: Service) -> Proof:
    """Whether it asks for what it has."""
    request = requested(service, state.version)
    source = "controller/service.go getDesiredLbIPs"
    if isinstance(request, Request) and request.addresses and request.fact:
        return Proof(rule="asked-for", source=source, facts=(request.fact,))
    facts = (service_fact(service, FIELD, service.load_balancer_ip or None),)
    return Proof(rule="asked-for-none", source=source, facts=facts)


def _shared(state: State, service: Service) -> Iterator[Proof]:
    """That it may be on its addresses together with whoever else is."""
    names = {name for address in status_addresses(service) for name in state.ledger.holders(address)}
    sharers = [state.services[name] for name in sorted(names - {service.name}) if name in state.services]
    if sharers:
        facts = tuple(fact for one in (service, *sharers) for fact in _terms(state, one))
        yield Proof(rule="shares-by-the-rules", source=SOURCE, facts=facts)


def _terms(state: State, service: Service) -> Iterator[Fact]:
    """All that MetalLB compares of it."""
    yield key_fact(service, state.version)
    yield policy_fact(service)
    if backend_key(service):
        yield selector_fact(service)
    for port in service.ports:
        yield port_fact(service, port)
