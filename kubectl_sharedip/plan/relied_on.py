"""What must still be true when a way is gone: all that MetalLB compares, of all concerned."""

from __future__ import annotations

from kubectl_sharedip.metallb.facts import (
    address_fact,
    key_fact,
    policy_fact,
    port_fact,
    selector_fact,
    service_fact,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.plan import Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.plan.pool_facts import pool_facts


def relied_on(state: State, way: Way) -> tuple[Fact, ...]:
    """The facts of the edited Services, of those that would move, and of whoever they come to."""
    names = {edit.service for edit in way.edits} | {effect.service for effect in way.effects}
    for effect in way.effects:
        for addresses in effect.after:
            names.update(name for address in addresses for name in state.ledger.holders(address))
    facts: list[Fact] = []
    for name in sorted(names):
        service = state.services[name]
        facts.extend((address_fact(service), key_fact(service, state.version), policy_fact(service)))
        facts.append(selector_fact(service))
        facts.extend(port_fact(service, port) for port in service.ports)
        request = requested(service, state.version)
        asked = request.fact if isinstance(request, Request) else None
        facts.append(asked or service_fact(service, "spec.loadBalancerIP", service.load_balancer_ip or None))
    return tuple(dict.fromkeys(facts))


def rests_on(state: State, way: Way) -> tuple[Fact, ...]:
    """What the way rests on: the Services concerned, and the pools that it gives from or takes from."""
    return tuple(dict.fromkeys((*relied_on(state, way), *pool_facts(state, way))))
