"""The AddressList document of ``ls``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
) -> Document:
    """The document of these addresses, with one reason for each Service that has none.

    ``diagnoses`` has one for every Service of ``inventory.pending`` and ``not_handled``.
    """
    document = envelope("AddressList", snapshot, notes)
    document["items"] = [_item(group, views) for group in inventory.groups]
    document["pending"] = [
        {**service_form(service, views), "reason": _reason(diagnoses[service.name])}
        for service in inventory.pending
    ]
    document["notHandled"] = [
        {**service_form(service, views), "because": _because(diagnoses[service.name], service)}
        for service in inventory.not_handled
    ]
    return document


def _item(group: AddressGroup, views: Sequence[State]) -> Document:
    return {
        "address": str(group.address),
        "pool": group.pool,
        "keys": list(group.keys),
        "shared": group.shared,
        "services": [service_form(service, views) for service in group.services],
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
