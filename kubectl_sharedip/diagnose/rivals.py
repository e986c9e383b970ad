"""SIP211: who gets an address, or may join it, depends on whom MetalLB looks at first.

Its order is chance at a re-sync, which takes one Service after the other, and at a start among those
that show as many addresses. Told only where the end differs with the order as things stand: an
address that several would be given and that they cannot share, or one whose holders exclude each
other, so that whoever stays decides who may join. That those holders are at odds is told of them as
SIP213.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.diagnose.census import census_of
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.decide import converge, outcome_of
from kubectl_sharedip.metallb.facts import address_fact
from kubectl_sharedip.metallb.outcomes import Assigned, Outcome, Refused
from kubectl_sharedip.metallb.refusals import NotShareable
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import Terms, may_share, terms_of
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service


def rivals(view: View) -> Iterator[Finding]:
    """At most one finding an address that the Service asks for."""
    request = view.request
    if not isinstance(request, Request):
        return
    held = view.held
    for address in request.addresses:
        if address in held and not isinstance(view.outcome, Refused):
            continue
        others = _competing(view, address)
        how = "compete"
        if not others:
            others, how = _at_odds(view, address), "holders"
        if others:
            yield found(
                "SIP211",
                {"address": str(address), "others": tuple(str(name) for name in others), "how": how},
                facts=(*([request.fact] if request.fact else []), *_facts(view, others)),
                holders=others,
            )


def _competing(view: View, address: Address) -> tuple[ServiceName, ...]:
    """Those that would be given the address as well, and cannot share it with the Service."""
    if not _would_come(view.outcome, view.service, address):
        return ()
    mine = terms_of(view.service, view.state.version)
    return tuple(
        other.name
        for other in census_of(view.state).asking.get(address, ())
        if other.name != view.service.name
        and not may_share(mine, terms_of(other, view.state.version))
        and address not in status_addresses(other)
        and _would_come(_outcome(view, other), other, address)
    )


def _would_come(outcome: Outcome, service: Service, address: Address) -> bool:
    """Whether it would be given the address at the next look, and does not show it yet."""
    if address in status_addresses(service):
        return False
    return isinstance(outcome, Assigned) and address in outcome.addresses


def _outcome(view: View, service: Service) -> Outcome:
    return outcome_of(converge(view.state, service, explained=False))


def _at_odds(view: View, address: Address) -> tuple[ServiceName, ...]:
    """The holders of an address that it may join or not, as one or another of them stays there.

    It may where one whom it can join comes first and keeps out all whom it cannot.
    """
    refusal = view.outcome.refusal if isinstance(view.outcome, Refused) else None
    if not isinstance(refusal, NotShareable) or refusal.conflict.address != address:
        return ()
    mine = terms_of(view.service, view.state.version)
    held = [(name, _terms(view, name)) for name in refusal.conflict.holders]
    friends = [terms for _, terms in held if may_share(mine, terms)]
    strangers = [terms for _, terms in held if not may_share(mine, terms)]
    decides = any(not any(may_share(friend, one) for one in strangers) for friend in friends)
    return tuple(name for name, _ in held) if decides else ()


def _terms(view: View, name: ServiceName) -> Terms:
    allocation = view.state.ledger.allocation(name)
    assert allocation is not None  # it stands in the books as a holder
    return allocation.terms


def _facts(view: View, names: Sequence[ServiceName]) -> Iterator[Fact]:
    for name in names:
        other = view.state.services.get(name)
        if other is None:
            continue
        request = requested(other, view.state.version)
        asked = request.fact if isinstance(request, Request) else None
        yield address_fact(other) if asked is None or other.ingress else asked
