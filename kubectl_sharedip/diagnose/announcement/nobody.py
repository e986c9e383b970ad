"""Why nobody answers for an address: SIP601 to SIP604, SIP607 to SIP609.

All that fails is told. What cannot be asked because something before it fails is not: without a node
that may announce, nobody asks where its endpoints are.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.announcement.against import facts_against, named, reasons
from kubectl_sharedip.diagnose.announcement.announced import Announced
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.annotations import NEW_PREFIX, OLD_PREFIX, SHARING_KEY, annotation_field
from kubectl_sharedip.metallb.announcement import BY_NATURE, FOR_WANT_OF_ENDPOINTS, Against, Candidate
from kubectl_sharedip.metallb.announcement_facts import (
    node_selectors_fact,
    peer_fact,
    pool_labels_fact,
    pools_facts,
    ready_fact,
    service_selectors_fact,
    slice_fact,
    speaker_fact,
)
from kubectl_sharedip.metallb.endpoints import serving, serving_nodes
from kubectl_sharedip.metallb.facts import address_fact, policy_fact, ranges_fact, selector_fact, service_fact
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact, Proof

_CONFIG = "internal/config/config.go setL2AdvertisementsToPools"
_LAYER2 = "speaker/layer2_controller.go ShouldAnnounce"
_BGP = "speaker/bgp_controller.go ShouldAnnounce"
_NODES_PROVEN = 10


def nobody(view: View, one: Announced) -> Iterator[Finding]:
    """Everything that keeps the address of the Service from being announced."""
    if one.unopposed:
        return
    if not one.protocols:
        yield _not_advertised(one)
    yield from _refused(view, one)
    may = _may(one)
    yield from _without_node(one, may)
    yield from _without_endpoint(one, may)
    yield from _without_speaker(one, may)
    yield from _without_peer(one)


def _not_advertised(one: Announced) -> Finding:
    """SIP601, of a pool that no advertisement is for."""
    around = one.around
    facts = (
        address_fact(one.service),
        ranges_fact(one.pool.resource),
        pool_labels_fact(one.pool.resource),
        *(fact for ad in (*around.l2_advertisements, *around.bgp_advertisements) for fact in pools_facts(ad)),
    )
    return found(
        "SIP601",
        {"addresses": one.shown, "pool": one.pool.name},
        facts=facts,
        proof=Proof(rule="pool-is-advertised", source=_CONFIG, facts=facts),
        cause=True,
    )


def _refused(view: View, one: Announced) -> Iterator[Finding]:
    """SIP607: a sharing key, and an advertisement that selects Services."""
    if not one.layer2.refused_for:
        return
    now = view.state.version.refuses_selective_sharing
    keys = [prefix + SHARING_KEY for prefix in (NEW_PREFIX, OLD_PREFIX)]
    annotations = one.service.annotations
    facts = (
        *(service_fact(one.service, annotation_field(k), annotations[k]) for k in keys if k in annotations),
        *(service_selectors_fact(ad) for ad in one.layer2.refused_for),
    )
    yield found(
        "SIP607",
        {
            "advertisements": tuple(f"{ad.namespace}/{ad.name}" for ad in one.layer2.refused_for),
            "effect": "refused" if now else "to-be-refused",
        },
        facts=facts,
        proof=Proof(rule="no-selective-sharing", source=_LAYER2, facts=facts),
        cause=now,
        severity="error" if now else None,
    )


def _may(one: Announced) -> tuple[Candidate, ...]:
    """Nodes that may announce it by either protocol, whatever else they lack."""
    return tuple(
        candidate
        for protocol in one.protocols
        for candidate in protocol.candidates
        if not BY_NATURE.intersection(candidate.against)
    )


def _names(candidates: tuple[Candidate, ...]) -> str:
    return named(sorted({candidate.node.name for candidate in candidates}))


def _without_node(one: Announced, may: tuple[Candidate, ...]) -> Iterator[Finding]:
    """SIP602: advertisements are for the pool, and no node may announce for any of them."""
    if not one.protocols or may:
        return
    facts = (address_fact(one.service), *facts_against(one, BY_NATURE))
    if not one.around.nodes:
        facts = (*facts, *(node_selectors_fact(ad) for p in one.protocols for ad in p.advertisements))
    yield found(
        "SIP602",
        {"addresses": one.shown, "reasons": reasons(one.protocols, BY_NATURE)},
        facts=facts,
        proof=Proof(rule="node-may-announce", source=_LAYER2, facts=facts),
        cause=True,
    )


def _without_endpoint(one: Announced, may: tuple[Candidate, ...]) -> Iterator[Finding]:
    """SIP604 where nothing behind it can serve; SIP603 where it does on the wrong nodes only."""
    if one.around.slices is None:
        return
    none, elsewhere = not serving(one.slices), may and all(map(_has_no_local, may))
    if not (none or elsewhere):
        return
    facts = (selector_fact(one.service), *map(slice_fact, one.slices))
    if none:
        yield found(
            "SIP604",
            {"addresses": one.shown},
            facts=facts,
            proof=Proof(rule="endpoint-can-serve", source=_LAYER2, facts=facts),
            cause=True,
        )
    else:
        facts = (policy_fact(one.service), *facts, *facts_against(one, BY_NATURE))
        where = named(sorted(serving_nodes(one.slices))) or "no node"
        yield found(
            "SIP603",
            {"addresses": one.shown, "nodes": _names(may), "where": where},
            facts=facts,
            proof=Proof(rule="local-endpoint-can-serve", source=_LAYER2, facts=facts),
            cause=True,
        )


def _has_no_local(candidate: Candidate) -> bool:
    return Against.NO_LOCAL_ENDPOINT in candidate.against


def _without_speaker(one: Announced, may: tuple[Candidate, ...]) -> Iterator[Finding]:
    """SIP608: MetalLB runs on no node that may announce it, of those with an endpoint if it has any."""
    speakers = one.around.speakers
    if speakers is None:
        return
    served = tuple(c for c in may if not FOR_WANT_OF_ENDPOINTS.intersection(c.against)) or may
    if not served or not all(Against.NO_SPEAKER in candidate.against for candidate in served):
        return
    nodes = {candidate.node.name: candidate.node for candidate in served}
    there = tuple(speaker_fact(speaker) for speaker in speakers if speaker.node in nodes)
    first = sorted(nodes)[:_NODES_PROVEN]
    facts: tuple[Fact, ...] = (address_fact(one.service), *there, *(ready_fact(nodes[n]) for n in first))
    yield found(
        "SIP608",
        {"addresses": one.shown, "nodes": _names(served)},
        facts=facts,
        proof=Proof(rule="speaker-is-ready", source="speaker/main.go", facts=facts),
        cause=True,
    )


def _without_peer(one: Announced) -> Iterator[Finding]:
    """SIP609: by BGP it could be announced, and there is nobody to announce it to."""
    peers = one.around.peers
    may = tuple(c for c in one.bgp.candidates if not BY_NATURE.intersection(c.against))
    if peers is None or not may or not all(Against.NO_PEER in candidate.against for candidate in may):
        return
    wanted = tuple(f"{ad.namespace}/{ad.name}" for ad in one.bgp.advertisements)
    facts = (
        address_fact(one.service),
        *(fact for ad in one.bgp.advertisements for fact in pools_facts(ad)),
        *map(peer_fact, peers),
    )
    # Where layer 2 answers, the address works, and the routers are what is missing.
    works = bool(one.layer2.nodes)
    yield found(
        "SIP609",
        {"advertisements": wanted, "nodes": _names(may)},
        facts=facts,
        proof=Proof(rule="peer-is-reached", source=f"{_BGP}; syncPeers", facts=facts),
        cause=not works,
        severity="warning" if works else None,
    )
