"""All documents that decide who answers for an address, as one value.

A document that cannot be used gives a note and is left out; nobody else's answer depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from kubectl_sharedip.intake.advertisements import (
    read_bgp_advertisement,
    read_bgp_peer,
    read_l2_advertisement,
)
from kubectl_sharedip.intake.endpoints import (
    names_source_ranges,
    read_announced_from,
    read_slice,
    read_source_ranges,
)
from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.intake.nodes import read_node, read_speaker
from kubectl_sharedip.model.announcement import (
    AnnouncedFrom,
    Announcing,
    BGPAdvertisement,
    BGPPeer,
    EndpointSlice,
    L2Advertisement,
    Node,
    SourceRanges,
    Speaker,
)
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note

T = TypeVar("T")
Grouped = TypeVar("Grouped", EndpointSlice, AnnouncedFrom)

_READERS: Mapping[str, Callable[[Reader, RawDocument, str, str], object | None]] = {
    "BGPAdvertisement": read_bgp_advertisement,
    "BGPPeer": read_bgp_peer,
    "EndpointSlice": read_slice,
    "L2Advertisement": read_l2_advertisement,
    "Node": read_node,
    "Pod": read_speaker,
    "Service": read_source_ranges,
    "ServiceBGPStatus": read_announced_from,
    "ServiceL2Status": read_announced_from,
}
_OF_USERS = ("EndpointSlice", "Pod", "Service")


def read_announcing(
    documents: Iterable[RawDocument], notes: list[Note], default_namespace: str, metallb_namespace: str
) -> Announcing:
    """What the documents say of it.

    Arguments: the documents, of which others are passed over; the list that notes are added to; the
    namespaces of manifests that name none, of a user and of MetalLB. Of an object that stands twice
    the last one counts.
    """
    found: dict[tuple[str, str, str], object] = {}
    restricted = False
    for document in documents:
        kind = str(document.body.get("kind"))
        if kind not in _READERS:
            continue
        if kind == "Service" and not restricted:
            if not names_source_ranges(document.body):
                continue  # as nearly every Service
            restricted = True  # from here on one that stands twice may take that back
        # All else in a Service is told of where the Service is read.
        told: list[Note] = []
        reader = Reader(document, told)
        name = reader.text(reader.metadata, "name", "metadata.name")
        default = default_namespace if kind in _OF_USERS else metallb_namespace
        namespace = reader.text(reader.metadata, "namespace", "metadata.namespace") or default
        if name:
            place = kind, "" if kind == "Node" else namespace, name
            value = _READERS[kind](reader, document, namespace, name)
            if value is not None:
                found[place] = value
            else:  # as most Services, which say nothing of it
                found.pop(place, None)
        else:
            reader.note("metadata.name", "it has no name")
        if told:
            ours = "spec.loadBalancerSourceRanges" if kind == "Service" else ""
            notes.extend(note for note in told if note.values["field"].startswith(ours))
    ordered = [found[place] for place in sorted(found)]

    def of(type_: type[T]) -> tuple[T, ...]:
        return tuple(value for value in ordered if isinstance(value, type_))

    return Announcing(
        l2_advertisements=of(L2Advertisement),
        bgp_advertisements=of(BGPAdvertisement),
        bgp_peers=of(BGPPeer),
        nodes=of(Node),
        speakers=of(Speaker),
        slices=_by_service(of(EndpointSlice)),
        announced=_by_service(of(AnnouncedFrom)),
        source_ranges=MappingProxyType({one.service: one for one in of(SourceRanges)}),
    )


def _by_service(found: tuple[Grouped, ...]) -> Mapping[ServiceName, tuple[Grouped, ...]]:
    groups: dict[ServiceName, list[Grouped]] = {}
    for one in found:
        groups.setdefault(one.service, []).append(one)
    return MappingProxyType({name: tuple(group) for name, group in groups.items()})
