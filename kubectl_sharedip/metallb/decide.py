"""The model's two questions: what would MetalLB do with this Service now, and what has it?"""

from __future__ import annotations

from kubectl_sharedip.metallb.converge import converge, outcome_of
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.metallb.outcomes import NotHandled, Outcome
from kubectl_sharedip.metallb.state import State, handled_by
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.service import Service


def decide(state: State, service: Service) -> Outcome:
    """What MetalLB would do with the Service if it looked at it now.

    Arguments: the state as MetalLB has it, and the Service as it stands, which need not be the
    one in the state. Returns Assigned (also where it keeps what it has), Refused, OneOf where
    the choice is random, or NotHandled.
    """
    if not handled_by(state.installation, service):
        fact = service_fact(service, "spec.loadBalancerClass", service.load_balancer_class)
        source = "internal/k8s/controllers/service_controller.go filterByLoadBalancerClass"
        return NotHandled(because="class", proof=Proof(rule="class-is-ours", source=source, facts=(fact,)))
    return outcome_of(converge(state, service))
