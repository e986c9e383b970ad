"""How a look at a Service ends: it is given addresses, or loses all that it has.

Source: ``controller/service.go`` (convergeBalancer, clearServiceState).
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.metallb.allocate import allocate
from kubectl_sharedip.metallb.annotations import allocated_from
from kubectl_sharedip.metallb.facts import address_fact
from kubectl_sharedip.metallb.families import quoted
from kubectl_sharedip.metallb.ledger import Allocation, Ledger
from kubectl_sharedip.metallb.outcomes import Assigned, ForetoldEvent, NotHandled, OneOf, Refused
from kubectl_sharedip.metallb.refusals import Refusal
from kubectl_sharedip.metallb.sharing import terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.service import Ingress, Service

SOURCE = "controller/service.go convergeBalancer"


@frozen
class Step:
    """One look at one Service. ``events`` are those of this look, in their order.

    ``rebuilt`` says that MetalLB made the entries of the status anew, were they the same or not.
    """

    outcome: Assigned | Refused | NotHandled
    ledger: Ledger
    service: Service
    events: tuple[ForetoldEvent, ...]
    rebuilt: bool = False


def allocated(
    state: State, service: Service, events: list[ForetoldEvent], explained: bool
) -> tuple[Step, ...]:
    """The Service holds nothing any more: every way in which it may be given something, or nothing.

    ``events`` are those of this look so far; ``explained`` as for ``allocate``.
    """
    without = replace(state, ledger=state.ledger.release(service.name))
    result = allocate(without, service, explained=explained)
    if isinstance(result, Refusal):
        message = f'Failed to allocate IP for "{service.name}": {result.text}'
        event = ForetoldEvent(reason="AllocationFailed", type="Warning", message=message)
        refused = Refused(refusal=result, event=event)
        return (cleared(state, service, refused, (*events, event)),)
    choices = result.choices if isinstance(result, OneOf) else (result,)
    steps = []
    for choice in choices:
        shown = quoted(tuple(str(address) for address in choice.addresses))
        event = ForetoldEvent(reason="IPAllocated", type="Normal", message=f"Assigned IP {shown}")
        steps.append(given(without, service, choice, [*events, event]))
    return tuple(steps)


def keeping(service: Service, addresses: tuple[Address, ...], pool: str) -> Assigned:
    """The outcome of a Service that keeps what it shows; ``pool`` is empty where it is not known."""
    proof = Proof(rule="keeps-address", source=SOURCE, facts=(address_fact(service),))
    return Assigned(addresses=addresses, pool=pool, way="kept", proof=proof)


def given(state: State, service: Service, outcome: Assigned, events: list[ForetoldEvent]) -> Step:
    """The books and the Service after it is given, or keeps, these addresses."""
    terms = terms_of(service, state.version)
    ledger = state.ledger.assign(Allocation(terms=terms, addresses=outcome.addresses, pool=outcome.pool))
    ingress = tuple(Ingress(ip=str(address), hostname="") for address in outcome.addresses)
    noted = {allocated_from(state.version): outcome.pool} if state.version.notes_pool else {}
    annotations = {**service.annotations, **noted}
    after = service
    if ingress != service.ingress or annotations != service.annotations:
        after = replace(service, ingress=ingress, annotations=annotations)
    return Step(outcome=outcome, ledger=ledger, service=after, events=tuple(events), rebuilt=True)


def cleared(
    state: State,
    service: Service,
    outcome: Refused | NotHandled,
    events: tuple[ForetoldEvent, ...],
) -> Step:
    """The books and the Service after all is taken from it. The event of a refusal is added."""
    written = allocated_from(state.version)
    annotations = {key: value for key, value in service.annotations.items() if key != written}
    after = service
    if service.ingress or written in service.annotations:
        after = replace(service, ingress=(), annotations=annotations)
    if isinstance(outcome, Refused) and outcome.event is not None and not events:
        events = (outcome.event,)
    return Step(outcome=outcome, ledger=state.ledger.release(service.name), service=after, events=events)
