"""The PoolList document of ``pools``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_sharedip.inventory.joinable import Joinable
from kubectl_sharedip.inventory.room import Count, PoolRoom
from kubectl_sharedip.metallb.announcement_facts import selectors_text
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.announcement import Advertisement, L2Advertisement
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.diagnosis import finding_form
from kubectl_sharedip.report.envelope import Document, envelope, named, names
from kubectl_sharedip.report.services import service_form


@frozen
class PoolAnswer:
    """All that is known of one pool.

    ``advertised_by`` is None where not all advertisements could be read. ``joinable`` are the addresses
    that each Service of a manifest could join (None: the list of ports), None where nobody asked.
    """

    room: PoolRoom
    advertised_by: tuple[Advertisement, ...] | None
    findings: tuple[Finding, ...]
    joinable: Mapping[ServiceName | None, tuple[Joinable, ...]] | None = None


def pool_list(
    snapshot: Snapshot, views: Sequence[State], answers: Sequence[PoolAnswer], notes: Sequence[Note]
) -> Document:
    """The document of these pools, in their order."""
    document = envelope("PoolList", snapshot, notes)
    document["items"] = [_item(snapshot, views, answer) for answer in answers]
    return document


def _item(snapshot: Snapshot, views: Sequence[State], answer: PoolAnswer) -> Document:
    room, resource = answer.room, answer.room.resource
    found = {
        "name": resource.name,
        "namespace": resource.namespace,
        "ranges": list(resource.addresses),
        "autoAssign": resource.auto_assign,
        "avoidBuggyIPs": resource.avoid_buggy_ips,
        "allocation": _allocation(snapshot, room),
        "accepted": room.pool is not None,
        "advertisedBy": _advertised_by(answer.advertised_by),
        "ipv4": _count(room.counts, 4),
        "ipv6": _count(room.counts, 6),
        "addresses": [
            {
                "address": str(held.address),
                "services": [
                    service_form(service, views)
                    for name in held.services
                    if (service := snapshot.services.get(name)) is not None
                ],
            }
            for held in room.held
        ],
    }
    if answer.joinable is not None:
        found["joinable"] = [
            _joinable(one, name, snapshot.services)
            for name, several in answer.joinable.items()
            for one in several
        ]
    return {**found, "findings": [finding_form(finding, (), room.state) for finding in answer.findings]}


def _count(counts: Sequence[Count], family: int) -> Document | None:
    for count in counts:
        if count.family == family:
            return {
                "size": str(count.size),
                "used": str(count.used),
                "shared": str(count.shared),
                "free": str(count.left),
            }
    return None


def _allocation(snapshot: Snapshot, room: PoolRoom) -> Document | None:
    """Whom the pool is kept for. Which namespaces are selected now is null where that is not known."""
    kept = room.resource.allocation
    if kept is None:
        return None
    audience = room.pool.audience if room.pool is not None else None
    unknown = bool(kept.namespace_selectors) and not snapshot.was_read("namespaces")
    selected = sorted(audience.namespaces - set(kept.namespaces)) if audience is not None else None
    return {
        "priority": kept.priority or None,
        "namespaces": list(kept.namespaces),
        "namespaceSelectors": [selectors_text((one,)) for one in kept.namespace_selectors],
        "serviceSelectors": [selectors_text((one,)) for one in kept.service_selectors],
        "namespacesSelected": None if unknown else selected,
    }


def _advertised_by(advertisements: tuple[Advertisement, ...] | None) -> list[Document] | None:
    if advertisements is None:
        return None
    return [
        {
            "kind": "L2Advertisement" if isinstance(one, L2Advertisement) else "BGPAdvertisement",
            "namespace": one.namespace,
            "name": one.name,
        }
        for one in advertisements
    ]


def _joinable(one: Joinable, name: ServiceName | None, services: Mapping[ServiceName, Service]) -> Document:
    selector = services[one.services[0]].selector if one.policy == "Local" else None
    return {
        "for": named(name) if name is not None else None,
        "address": str(one.address),
        "key": one.key,
        "externalTrafficPolicy": one.policy,
        "selector": None if selector is None else dict(sorted(selector.items())),
        "services": names(one.services),
    }
