"""A Service without an address: every fault that stands in the way, and which one is decisive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.diagnose.asked import asked_findings, held_findings
from kubectl_sharedip.diagnose.refusals import refusal_finding
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.refusals import (
    NoClusterIP,
    NoRoom,
    NotShareable,
    PoolFull,
    PoolsRejected,
    Refusal,
)
from kubectl_sharedip.metallb.requests import Request, requested
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
    """Every fault, the one at which MetalLB stops first; some come twice."""
    if isinstance(refusal, NotShareable):
        yield from held_findings(view, refusal.conflict, _request_facts(view))
    else:
        yield refusal_finding(view.service, refusal)
    if isinstance(refusal, PoolFull | NoRoom):
        for conflict in refusal.joinable_by_key:
            yield from held_findings(view, conflict, ())
    if not isinstance(refusal, PoolsRejected | NoClusterIP):
        yield from asked_findings(view)


def _request_facts(view: View) -> tuple[Fact, ...]:
    request = requested(view.service, view.state.version)
    return (request.fact,) if isinstance(request, Request) and request.fact else ()


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
