"""The AddressList document of ``ls``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kubectl_sharedip.inventory.addresses import AddressGroup, Inventory
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.envelope import Document, envelope, names
from kubectl_sharedip.report.services import service_form
from kubectl_sharedip.report.words import brief, note_message


def address_list(
    snapshot: Snapshot,
    views: Sequence[State],
    inventory: Inventory,
    diagnoses: Mapping[ServiceName, Diagnosis],
    notes: Sequence[Note],
    *,
    endpoints: bool = False,
) -> Document:
    """The document of these addresses, with one reason for each Service that has none.

    ``diagnoses`` has one for every Service of ``inventory.pending`` and ``not_handled``. With
    ``endpoints`` each Service says how many pods are behind it, null where that could not be read.
    """

    def form(service: Service) -> Document:
        count = {"endpoints": _endpoints(snapshot, service)} if endpoints else {}
        return {**service_form(service, views), **count}

    document = envelope("AddressList", snapshot, notes)
    document["items"] = [_item(group, form) for group in inventory.groups]
    document["pending"] = [
        {**form(service), "reason": _reason(diagnoses[service.name])} for service in inventory.pending
    ]
    document["notHandled"] = [
        {**form(service), "because": _because(diagnoses[service.name], service)}
        for service in inventory.not_handled
    ]
    return document


def _item(group: AddressGroup, form: Callable[[Service], Document]) -> Document:
    return {
        "address": str(group.address),
        "pool": group.pool,
        "keys": list(group.keys),
        "shared": group.shared,
        "services": [form(service) for service in group.services],
    }


def _endpoints(snapshot: Snapshot, service: Service) -> Document | None:
    """The pods behind a Service, and those of them that are ready on each of its ports."""
    from kubectl_sharedip.inventory.endpoints import behind

    slices = snapshot.announcing.slices.get(service.name, ())
    if not slices and not snapshot.was_read("endpointslices"):
        return None
    counts = [behind(slices, port) for port in service.ports]
    return {
        "ready": min((count.ready for count in counts), default=0),
        "total": max((count.total for count in counts), default=0),
    }


def _reason(diagnosis: Diagnosis) -> Document:
    finding = headline(diagnosis)
    if finding is None and diagnosis.notes:
        note = diagnosis.notes[0]
        return {"code": note.code, "message": note_message(note), "holders": []}
    if finding is None:
        return {"code": None, "message": "not enough could be read to tell", "holders": []}
    return {"code": finding.code, "message": brief(finding), "holders": names(finding.holders)}


def _because(diagnosis: Diagnosis, service: Service) -> str:
    return brief(diagnosis.findings[0]) if diagnosis.findings else ""


def headline(diagnosis: Diagnosis) -> Finding | None:
    """The finding that stands for all: the decisive one, else the first cause, the lowest code."""
    if diagnosis.decisive is not None:
        return diagnosis.decisive
    causes = sorted((finding for finding in diagnosis.findings if finding.cause), key=lambda f: f.code)
    return causes[0] if causes else None
