"""Fields of what decides on an announcement, as facts of a proof."""

from __future__ import annotations

from kubectl_sharedip.metallb.endpoints import can_serve
from kubectl_sharedip.metallb.speaker import EXCLUDE_LABEL
from kubectl_sharedip.model.announcement import (
    Advertisement,
    AnnouncedFrom,
    BGPPeer,
    EndpointSlice,
    L2Advertisement,
    Node,
    SourceRanges,
    Speaker,
)
from kubectl_sharedip.model.names import ObjectRef, service_ref
from kubectl_sharedip.model.pool import LabelSelector, PoolResource, SelectorTerm
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import Origin


def advertisement_ref(advertisement: Advertisement) -> ObjectRef:
    """The advertisement as an object."""
    kind = "L2Advertisement" if isinstance(advertisement, L2Advertisement) else "BGPAdvertisement"
    return ObjectRef(kind, advertisement.namespace, advertisement.name)


def pools_facts(advertisement: Advertisement) -> tuple[Fact, ...]:
    """Which pools it is for, by whichever fields say so; that none is named is a fact too."""
    named = _of_advertisement(advertisement, "spec.ipAddressPools", ", ".join(advertisement.pools))
    if not advertisement.pool_selectors:
        return (named,)
    text = selectors_text(advertisement.pool_selectors)
    selected = _of_advertisement(advertisement, "spec.ipAddressPoolSelectors", text)
    return (named, selected) if advertisement.pools else (selected,)


def node_selectors_fact(advertisement: Advertisement) -> Fact:
    """Which nodes it is for."""
    text = selectors_text(advertisement.node_selectors)
    return _of_advertisement(advertisement, "spec.nodeSelectors", text)


def service_selectors_fact(advertisement: Advertisement) -> Fact:
    """Which Services it is for."""
    text = selectors_text(advertisement.service_selectors)
    return _of_advertisement(advertisement, "spec.serviceSelectors", text)


def interfaces_fact(advertisement: L2Advertisement) -> Fact:
    """Which interfaces it is for."""
    return _of_advertisement(advertisement, "spec.interfaces", ", ".join(advertisement.interfaces))


def advertisement_fact(advertisement: Advertisement, field: str, value: str) -> Fact:
    """Any other field of it."""
    return _of_advertisement(advertisement, field, value)


def pool_labels_fact(pool: PoolResource) -> Fact:
    """The labels by which a pool is selected."""
    text = ",".join(f"{key}={value}" for key, value in sorted(pool.labels.items()))
    ref = ObjectRef("IPAddressPool", pool.namespace, pool.name)
    return _fact(ref, "metadata.labels", text or None, pool.origin)


def node_fact(node: Node, field: str, value: str | None) -> Fact:
    """Any field of a Node."""
    return _fact(ObjectRef("Node", "", node.name), field, value, node.origin)


def exclude_label_fact(node: Node) -> Fact:
    """The label that keeps a node from announcing; its value does not matter."""
    return node_fact(node, f'metadata.labels["{EXCLUDE_LABEL}"]', node.labels.get(EXCLUDE_LABEL))


def network_fact(node: Node) -> Fact:
    """The condition of a node that has no network."""
    return node_fact(node, 'status.conditions["NetworkUnavailable"].status', "True")


def ready_fact(node: Node) -> Fact:
    """Whether a node is ready. MetalLB does not ask; a speaker on one that is not is seldom there."""
    value = None if node.ready is None else str(node.ready)
    return node_fact(node, 'status.conditions["Ready"].status', value)


def labels_fact(node: Node, selectors: tuple[LabelSelector, ...]) -> Fact:
    """Those labels of a node that the selectors look at."""
    keys = sorted({term.key for selector in selectors for term in selector})
    text = ",".join(f"{key}={node.labels[key]}" for key in keys if key in node.labels)
    return node_fact(node, "metadata.labels", text or None)


def slice_fact(slice_: EndpointSlice) -> Fact:
    """The endpoints of a slice: which can serve, and where."""
    able = [f"{one.pod} on {one.node or 'no node'}" for one in slice_.endpoints if can_serve(one)]
    unable = len(slice_.endpoints) - len(able)
    parts = able + ([f"{unable} not ready"] if unable else [])
    ref = ObjectRef("EndpointSlice", slice_.service.namespace, slice_.name)
    return _fact(ref, "endpoints", ", ".join(parts) or None, slice_.origin)


def speaker_fact(speaker: Speaker) -> Fact:
    """Whether a speaker is ready."""
    ref = ObjectRef("Pod", speaker.namespace, speaker.name)
    return _fact(ref, 'status.conditions["Ready"].status', str(speaker.ready), speaker.origin)


def peer_fact(peer: BGPPeer) -> Fact:
    """Which nodes a peer has a session with."""
    ref = ObjectRef("BGPPeer", peer.namespace, peer.name)
    return _fact(ref, "spec.nodeSelectors", selectors_text(peer.node_selectors) or None, peer.origin)


def announced_fact(status: AnnouncedFrom) -> Fact:
    """The node that says of itself that it announces."""
    ref = ObjectRef(status.kind, status.namespace, status.name)
    return _fact(ref, "status.node", status.node, status.origin)


def source_ranges_fact(ranges: SourceRanges) -> Fact:
    """From where clients may come."""
    return Fact(object=service_ref(ranges.service), field=ranges.field, value=", ".join(ranges.ranges))


def selectors_text(selectors: tuple[LabelSelector, ...]) -> str:
    """Selectors of which one must match, as kubectl writes them."""
    return " or ".join(",".join(_term(term) for term in one) or "everything" for one in selectors)


def _term(term: SelectorTerm) -> str:
    if term.operator == "In" and len(term.values) == 1:
        (value,) = term.values
        return f"{term.key}={value}"
    if term.operator in ("Exists", "DoesNotExist"):
        return term.key if term.operator == "Exists" else f"!{term.key}"
    return f"{term.key} {term.operator.lower()} ({','.join(term.values)})"


def _of_advertisement(advertisement: Advertisement, field: str, value: str) -> Fact:
    return _fact(advertisement_ref(advertisement), field, value or None, advertisement.origin)


def _fact(object_: ObjectRef, field: str, value: str | None, origin: Origin) -> Fact:
    place = None if origin.file is None else str(origin)
    return Fact(object=object_, field=field, value=value, origin=place)
