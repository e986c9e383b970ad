"""Who answers for an address: SIP605, and SIP610 where the node that should cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kubectl_sharedip.diagnose.announcement.against import named
from kubectl_sharedip.diagnose.announcement.announced import Announced
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.advertisements import interfaces_wanted, on_node
from kubectl_sharedip.metallb.announcement import Announcement
from kubectl_sharedip.metallb.announcement_facts import (
    announced_fact,
    interfaces_fact,
    pools_facts,
    slice_fact,
    speaker_fact,
)
from kubectl_sharedip.metallb.facts import address_fact, policy_fact
from kubectl_sharedip.model.announcement import AnnouncedFrom, L2Advertisement
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.proof import Fact, Proof

_STATUS = {"layer2": "ServiceL2Status", "bgp": "ServiceBGPStatus"}
_SOURCE = {
    "layer2": "speaker/layer2_controller.go ShouldAnnounce, sortL2Candidates",
    "bgp": "speaker/bgp_controller.go ShouldAnnounce",
}
_RULE = {"layer2": "first-node-answers", "bgp": "every-node-announces"}
_FAILED = "announceFailed"
_NODES_PROVEN = 10
_TOGETHER_S = 5  # a speaker sends both of its events in one go; their times are cut to seconds


def somebody(view: View, one: Announced) -> Iterator[Finding]:
    """The nodes that announce the Service, and what is wrong with the one that answers."""
    if not one.by_anybody:
        return
    for protocol in one.protocols:
        if protocol.nodes:
            yield _announced_from(view, one, protocol)
    yield from _interface_missing(view, one)


def _announced_from(view: View, one: Announced, protocol: Announcement) -> Finding:
    """SIP605. What a speaker wrote down of its decision is evidence; the decision is the rules'."""
    expected = protocol.nodes[:1] if protocol.protocol == "layer2" else protocol.nodes
    written = _written(view, one, protocol)
    said = sorted({status.node for status in written})
    agrees = not said or said == sorted(expected)
    # Without the speakers, a node may have none, and another answers in its place.
    speakers_matter = one.around.speakers is None and len(protocol.nodes) > 1
    certain = agrees and (bool(said) or not speakers_matter)
    values: dict[str, Value] = {
        "how": _how(one, protocol),
        "addresses": one.shown,
        "node": protocol.nodes[0],
        "nodes": named(protocol.nodes),
        "next": protocol.nodes[1] if len(protocol.nodes) > 1 else "",
        "peers": ", ".join(sorted({p for c in protocol.candidates if not c.against for p in c.peers})),
        "said": "" if agrees else f" (MetalLB has noted {named(said)})",
    }
    facts = (
        address_fact(one.service),
        policy_fact(one.service),
        *(fact for ad in protocol.advertisements for fact in pools_facts(ad)),
        *_on_nodes(one, expected[:_NODES_PROVEN]),
        *map(announced_fact, written),
    )
    proof = Proof(rule=_RULE[protocol.protocol], source=_SOURCE[protocol.protocol], facts=facts)
    return found("SIP605", values, facts=facts, proof=proof, certain=certain)


def _how(one: Announced, protocol: Announcement) -> str:
    if protocol.protocol == "layer2":
        return "layer2" if len(protocol.nodes) > 1 else "layer2-alone"
    return "bgp" if one.around.peers is not None else "bgp-peers-unknown"


def _on_nodes(one: Announced, nodes: tuple[str, ...]) -> tuple[Fact, ...]:
    speakers = one.around.speakers or ()
    return (
        *(speaker_fact(speaker) for speaker in speakers if speaker.node in nodes and speaker.ready),
        *(slice_fact(slice_) for slice_ in one.slices),
    )


def _written(view: View, one: Announced, protocol: Announcement) -> tuple[AnnouncedFrom, ...]:
    """What the speakers of this MetalLB wrote down of the Service."""
    namespace = view.state.installation.namespace
    return tuple(
        status
        for status in view.snapshot.announcing.announced.get(one.service.name, ())
        if status.kind == _STATUS[protocol.protocol] and (not namespace or status.namespace == namespace)
    )


def _interface_missing(view: View, one: Announced) -> Iterator[Finding]:
    """SIP610: the speaker of the node that answers has said that it has none of the interfaces.

    Interfaces of a node do not show in the API, so MetalLB's event is all that there is to go by; it
    counts as long as no later one of the same node says that it announces.
    """
    winner = next((c.node for c in one.layer2.candidates if c.node.name == one.layer2.winner), None)
    ads = tuple(ad for ad in one.layer2.advertisements if isinstance(ad, L2Advertisement))
    if winner is None or not (wanted := interfaces_wanted(ads, winner)):
        return
    events = [e for e in view.snapshot.events if e.service == one.service.name]
    for address in one.addresses:
        about = f'"{address}" doesn\'t exist in assigned node "{winner.name}"'
        failed = [e for e in events if e.reason == _FAILED and about in e.message]
        assigned = [
            e
            for e in events
            if e.reason == "nodeAssigned" and f'"{winner.name}" with protocol "layer2"' in e.message
        ]
        if not failed or (assigned and _later(assigned[-1], failed[-1])):
            continue
        event = ObjectRef("Event", one.service.name.namespace, failed[-1].name or _FAILED)
        facts = (
            Fact(object=event, field="message", value=failed[-1].message),
            *(interfaces_fact(ad) for ad in on_node(ads, winner)),
        )
        yield found(
            "SIP610",
            {"address": str(address), "node": winner.name, "interfaces": wanted},
            facts=facts,
            proof=Proof(
                rule="interface-is-there", source="speaker/layer2_controller.go SetBalancer", facts=facts
            ),
            cause=True,
        )


def _later(one: Event, other: Event) -> bool:
    """Whether the one event was seen well after the other."""
    try:
        times = [datetime.fromisoformat((e.last_seen or "").replace("Z", "+00:00")) for e in (one, other)]
        return (times[0] - times[1]).total_seconds() > _TOGETHER_S
    except (ValueError, TypeError):
        return False
