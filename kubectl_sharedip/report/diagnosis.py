"""The DiagnosisList document of ``why``."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.census import census_of
from kubectl_sharedip.diagnose.said import agrees
from kubectl_sharedip.inventory.addresses import key_of, version_for
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import ForetoldEvent
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.finding import Diagnosis, Finding, Skipped
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.envelope import Document, envelope, named
from kubectl_sharedip.report.proofs import object_form, proof_form
from kubectl_sharedip.report.remedies import Remedies
from kubectl_sharedip.report.services import request_form
from kubectl_sharedip.report.words import message


@frozen
class Answer:
    """All that is known of one Service.

    ``sits`` is the proof that it sits where the rules put it. ``predicted`` marks one that is not
    applied yet.
    """

    service: Service
    diagnosis: Diagnosis
    remedies: Remedies
    foretold: ForetoldEvent | None
    predicted: bool
    sits: Proof | None = None


def diagnosis_list(
    snapshot: Snapshot,
    views: Sequence[State],
    answers: Sequence[Answer],
    notes: Sequence[Note],
    *,
    all_events: bool = False,
) -> Document:
    """The document of these answers, in their order.

    Events are MetalLB's alone, unless ``all_events`` asks for those of everybody.
    """
    document = envelope("DiagnosisList", snapshot, notes, lists_skipped=True)
    events: dict[ServiceName, list[Event]] = {}
    for event in snapshot.events:
        if all_events or event.component.startswith("metallb"):
            events.setdefault(event.service, []).append(event)
    document["items"] = [_item(views, answer, events.get(answer.service.name, ())) for answer in answers]
    return document


def _item(views: Sequence[State], answer: Answer, events: Sequence[Event]) -> Document:
    service, diagnosis = answer.service, answer.diagnosis
    state = state_for(tuple(views), service)
    held = status_addresses(service)
    allocation = state.ledger.allocation(service.name) if state else None
    unknown = state is not None and (state.blind or state.in_doubt)
    proof = _proof(answer)
    return {
        **named(service.name),
        "state": _state_name(answer, handled=state is not None),
        "addresses": [str(address) for address in held],
        "pool": allocation.pool or None if allocation else None,
        "key": key_of(service, views) or None,
        "requested": request_form(service, version_for(service, views)),
        "sharers": [named(name) for name in _sharers(state, service)],
        "sameKeyElsewhere": [named(name) for name in _same_key_elsewhere(state, service)],
        "cause": _cause_id(diagnosis),
        "proof": proof_form(proof) if proof else None,
        "findings": [
            finding_form(finding, remedies, state)
            for finding, remedies in zip(diagnosis.findings, answer.remedies, strict=True)
        ],
        "skipped": [_skipped(skipped) for skipped in diagnosis.skipped],
        "events": [
            {**_event(event, answer.foretold, held, unknown), **_believed(event, diagnosis)}
            for event in events
        ],
    }


def _believed(event: Event, diagnosis: Diagnosis) -> Document:
    """An event on which the decisive finding rests describes the cluster as it is, as far as can be seen."""
    believed = {fact.value for one in diagnosis.findings if one.code == "SIP212" for fact in one.facts}
    return {"agrees": True} if event.message in believed else {}


def _proof(answer: Answer) -> Proof | None:
    """The proof of what a person has to clear, else of that at which MetalLB stops, else of the address."""
    findings = answer.diagnosis.findings
    causes = [f.proof for f in findings if f.cause and f.proof is not None]
    decisive = [f.proof for f in findings if f.decisive and f.proof is not None]
    return next(iter([*causes, *decisive]), answer.sits)


def _state_name(answer: Answer, *, handled: bool) -> str:
    if not handled or answer.service.type != "LoadBalancer":
        return "NotHandled"
    if answer.predicted:
        return "Predicted"
    return "Assigned" if status_addresses(answer.service) else "Pending"


def _sharers(state: State | None, service: Service) -> tuple[ServiceName, ...]:
    if state is None:
        return ()
    held = status_addresses(service)
    found = {name for address in held for name in state.ledger.holders(address)}
    return tuple(sorted(found - {service.name}))


def _same_key_elsewhere(state: State | None, service: Service) -> tuple[ServiceName, ...]:
    if state is None or not (key := key_of(service, [state])):
        return ()
    together = {service.name, *_sharers(state, service)}
    sharing = census_of(state).by_key.get(key, ())
    return tuple(other.name for other in sharing if other.name not in together)


def _cause_id(diagnosis: Diagnosis) -> str | None:
    """What Services share that are kept back by the same: all causes alike, with all they are about.

    The code, and the address or pool, of the first cause stand in front, for whoever reads it.
    """
    causes = [finding for finding in diagnosis.findings if finding.cause and finding.severity == "error"]
    if not causes:
        return None
    first = causes[0]
    about = first.values.get("address") or first.values.get("pool") or ""
    told = sorted((cause.code, sorted(cause.values.items())) for cause in causes)
    digest = sha256(repr(told).encode()).hexdigest()[:8]
    return f"{first.code}/{about}#{digest}" if about else f"{first.code}#{digest}"


def finding_form(finding: Finding, remedies: Sequence[Document], state: State | None) -> Document:
    """A finding as documents show it, with what helps against it."""
    entry = CATALOGUE[finding.code]
    return {
        "code": finding.code,
        "name": entry.name,
        "severity": finding.severity,
        "certain": finding.certain,
        "decisive": finding.decisive,
        "cause": finding.cause,
        "message": message(finding),
        "objects": [object_form(fact) for fact in finding.facts],
        "remedies": list(remedies),
        "rule": {"metallb": str(state.version) if state else None, "source": entry.source},
    }


def _skipped(skipped: Skipped) -> Document:
    return {"code": skipped.code, "because": f"not read: {', '.join(skipped.resources)}"}


def _event(
    event: Event, foretold: ForetoldEvent | None, held: tuple[Address, ...], unknown: bool
) -> Document:
    """``unknown``: which pools rule is not to be seen, so nothing of failures can be foretold."""
    said_by_metallb = event.component.startswith("metallb")
    told = said_by_metallb and not (unknown and event.reason != "IPAllocated")
    return {
        "reason": event.reason,
        "type": event.type,
        "message": event.message,
        "lastSeen": event.last_seen,
        "agrees": agrees(event, foretold, held) if told else None,
    }
