"""What MetalLB does when it looks at one Service: the decision list of convergeBalancer, and what is
asked of it most: what would it do with this Service now?

Source: ``controller/service.go`` (convergeBalancer), ``controller/main.go`` (SetBalancer). Looking
gives one or several ways on (several where MetalLB's own choice is random), each with the books
and the Service as they are afterwards.
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.metallb.annotations import OLD_PREFIX
from kubectl_sharedip.metallb.explain_room import no_room
from kubectl_sharedip.metallb.facts import cluster_ips_fact, service_fact
from kubectl_sharedip.metallb.families import IPFamily
from kubectl_sharedip.metallb.held import holding
from kubectl_sharedip.metallb.outcomes import Assigned, ForetoldEvent, NotHandled, OneOf, Outcome, Refused
from kubectl_sharedip.metallb.refusals import DualStackImpossible, NoClusterIP, PoolsRejected, Refusal
from kubectl_sharedip.metallb.state import State, handled_by, shown_addresses, status_addresses
from kubectl_sharedip.metallb.steps import SOURCE, Step, allocated, cleared, keeping
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.service import Service

__all__ = ["Step", "converge", "decide", "outcome_of"]


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


def converge(state: State, service: Service, *, explained: bool = True) -> tuple[Step, ...]:
    """Every way in which one look at this Service may end; one, unless a choice is random.

    With ``explained`` False a Service that finds no room, or its address held, is not told why
    (Unexplained): the reasons cost a walk over all that is in use, and whoever follows many looks
    needs none. The texts of the events then lack them too.
    """
    steps = _converged(state, service, explained)
    if not state.version.warns_of_old_annotations:
        return steps
    return tuple(_warned(state, service, step) for step in steps)


def _converged(state: State, service: Service, explained: bool) -> tuple[Step, ...]:
    if service.type != "LoadBalancer":
        proof = Proof(
            rule="is-load-balancer", source=SOURCE, facts=(service_fact(service, "spec.type", service.type),)
        )
        return (cleared(state, service, NotHandled(because="type", proof=proof), ()),)
    if state.blind:
        return (_unknown(state, service),)
    refusal = _not_even_looked_at(state, service)
    if refusal is not None:
        return (cleared(state, service, Refused(refusal=refusal, event=_early_event(refusal)), ()),)
    if shown_addresses(service):
        return holding(state, service, explained=explained)
    return allocated(state, service, [], explained)


def _warned(state: State, service: Service, step: Step) -> Step:
    """Old annotations are complained of where something is written (SetBalancer)."""
    written = step.service is not service or (step.rebuilt and state.defaults_ip_mode)
    if not written:
        return step
    warnings = tuple(
        ForetoldEvent(
            reason="deprecatedAnnotation",
            type="Warning",
            message=f"Service uses deprecated annotation {key}",
        )
        for key in sorted(service.annotations)
        if key.startswith(OLD_PREFIX.rstrip("/"))
    )
    return replace(step, events=(*step.events, *warnings)) if warnings else step


def _unknown(state: State, service: Service) -> Step:
    """Which pools are in force is not to be seen; what is held under them is kept."""
    refusal = PoolsRejected(facts=(), text="", faults=state.faults)
    addresses = status_addresses(service)
    if not addresses:
        return Step(
            outcome=Refused(refusal=refusal, event=None), ledger=state.ledger, service=service, events=()
        )
    outcome = replace(keeping(service, addresses, ""), complaint=refusal)
    return Step(outcome=outcome, ledger=state.ledger, service=service, events=())


def _not_even_looked_at(state: State, service: Service) -> Refusal | None:
    if not state.pools.by_name and not state.version.says_when_there_are_no_pools:
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


def _early_event(refusal: Refusal) -> ForetoldEvent | None:
    if isinstance(refusal, DualStackImpossible):
        return ForetoldEvent(reason="not enough clusterips", type="Warning", message=refusal.text)
    return None


def outcome_of(steps: tuple[Step, ...]) -> Outcome:
    """The ways of one look as one answer."""
    if len(steps) == 1:
        (step,) = steps
        return step.outcome
    choices = tuple(step.outcome for step in steps if isinstance(step.outcome, Assigned))
    return OneOf(choices=choices)
