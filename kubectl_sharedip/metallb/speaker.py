"""Who announces the address of a Service, on layer 2 and by BGP, and who not and why.

Each node decides for itself, and all come to the same answer. MetalLB stops at a node's first reason;
here every reason is kept, so that it is plain what else would have to change. Refuses to say anything
of what is not known: without endpoints, speakers or peers, nothing is held against a node for their
sake. Sources: ``speaker/layer2_controller.go``, ``speaker/bgp_controller.go``, ``speaker/main.go``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from kubectl_sharedip.metallb.advertisements import (
    attached,
    clashing,
    for_service,
    on_node,
    peers_reached,
    selective,
    weights,
)
from kubectl_sharedip.metallb.annotations import NEW_PREFIX, OLD_PREFIX, SHARING_KEY
from kubectl_sharedip.metallb.announcement import Against, Announcement, Candidate, Surroundings
from kubectl_sharedip.metallb.endpoints import serving, serving_nodes
from kubectl_sharedip.metallb.pools import AcceptedPools, Pool
from kubectl_sharedip.metallb.state import shown_addresses
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import Advertisement, BGPAdvertisement, BGPPeer, Node, Speaker
from kubectl_sharedip.model.same import Same
from kubectl_sharedip.model.service import Service

EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"
_MOST_LOOKS = 1024  # each is a value a node


def announced_pool(pools: AcceptedPools, service: Service) -> tuple[Pool, tuple[Address, ...]] | None:
    """The pool and the addresses that a speaker sees, None where it withdraws the Service.

    It does for a single entry of the status without an address, a hostname among them.
    Source: speaker/main.go SetBalancer, poolFor.
    """
    shown = shown_addresses(service)
    addresses = tuple(address for address in shown if address is not None)
    if len(addresses) != len(service.ingress):
        return None
    pool = pools.owner(addresses)  # of no address none
    return None if pool is None else (pool, addresses)


def layer2(
    service: Service, pool: Pool, first: Address, around: Surroundings, version: Version
) -> Announcement:
    """Who answers for the Service on layer 2: of the nodes that may, the first one does.

    ``first`` is the first address of its status. Source: speaker/layer2_controller.go ShouldAnnounce.
    """
    of_pool = attached(around.l2_advertisements, pool.resource)
    ours = for_service(of_pool, service, version)
    refused_for = selective(ours, version) if carries_sharing_key(service) else ()
    preferring = [one for one in ours if one.preferences] if version.prefers_nodes else []
    candidates = _candidates(service, around, version, of_pool, ours)
    able = [one.node for one in candidates if not one.against]
    if refused_for and version.refuses_selective_sharing:
        able = []
    # Who prefers no node gives each the same weight, which need not be summed up.
    preferred = Counter({node.name: weights(preferring, node) for node in able} if preferring else {})
    return Announcement(
        protocol="layer2",
        of_pool=of_pool,
        advertisements=ours,
        refused_for=refused_for,
        candidates=candidates,
        nodes=election(able, first, preferred, around.elections.get(str(first), ())),
    )


def decisive(
    service: Service, pool: Pool, first: Address, around: Surroundings, version: Version
) -> Hashable:
    """What ``layer2`` and ``bgp`` look at beside what is the same for all: Services alike in it end alike.

    Arguments as there. So who announces is worked out once for all the sharers of an address.
    """
    slices = around.slices
    needed = slices if service.external_traffic_policy == "Local" else None
    selecting = selective((*around.l2_advertisements, *around.bgp_advertisements), version)
    return (
        pool.name,
        first,
        slices is None or bool(serving(slices)),
        None if needed is None else serving_nodes(needed),
        carries_sharing_key(service),
        frozenset(service.labels.items()) if selecting else None,
    )


def bgp(service: Service, pool: Pool, around: Surroundings, version: Version) -> Announcement:
    """Which nodes announce the Service by BGP: all that may.

    Source: speaker/bgp_controller.go ShouldAnnounce.
    """
    of_pool = attached(around.bgp_advertisements, pool.resource)
    ours = for_service(of_pool, service, version)
    families = pool.families
    candidates = tuple(
        _told(one, ours, families, around.peers)
        for one in _candidates(service, around, version, of_pool, ours)
    )
    return Announcement(
        protocol="bgp",
        of_pool=of_pool,
        advertisements=ours,
        refused_for=(),
        candidates=candidates,
        nodes=tuple(one.node.name for one in candidates if not one.against),
    )


def election(
    nodes: Iterable[Node], first: Address, preferred: Counter[str], recorded: Sequence[str]
) -> tuple[str, ...]:
    """The nodes in the order in which they would answer: by weight, then by hash.

    ``preferred`` are the weights by name of the node. The hash is the SHA-256 of ``<node>#<address>``;
    ``recorded`` is the order that it gave before nodes and address were renamed.
    Source: speaker/layer2_controller.go sortL2Candidates.
    """
    from hashlib import sha256  # it takes longer to load than most answers that need no election

    shown = f"#{first}"
    places = {name: number for number, name in enumerate(recorded)}

    def place(node: Node) -> tuple[int, int, bytes]:
        hashed = sha256((node.name + shown).encode()).digest()
        return -preferred[node.name], places.get(node.name, len(places)), hashed

    return tuple(node.name for node in sorted(nodes, key=place))


def carries_sharing_key(service: Service) -> bool:
    """Whether it has the annotation, under either prefix and with whatever value.

    Source: speaker/layer2_controller.go serviceHasSharedIP, which asks for no more.
    """
    annotations = service.annotations
    return NEW_PREFIX + SHARING_KEY in annotations or OLD_PREFIX + SHARING_KEY in annotations


def _candidates(
    service: Service,
    around: Surroundings,
    version: Version,
    of_pool: Sequence[Advertisement],
    ours: Sequence[Advertisement],
) -> tuple[Candidate, ...]:
    """Each node with what both protocols hold against it; none where nothing is for the pool."""
    if not of_pool:
        return ()
    needed = around.slices if service.external_traffic_policy == "Local" else None
    return _looked_at(
        Same(around.nodes),
        Same(around.speakers),
        tuple(ours),
        version,
        served=around.slices is None or bool(serving(around.slices)),
        here=None if needed is None else serving_nodes(needed),
    )


# Of many Services the same holds: under policy Cluster of all that the same advertisements are for.
@lru_cache(maxsize=_MOST_LOOKS)
def _looked_at(
    nodes: Same[tuple[Node, ...]],
    there: Same[tuple[Speaker, ...] | None],
    ours: tuple[Advertisement, ...],
    version: Version,
    *,
    served: bool,
    here: frozenset[str] | None,
) -> tuple[Candidate, ...]:
    """Each node; ``here`` are those with an endpoint, where a node needs one of its own."""
    speakers = there.value
    with_speaker = {one.node for one in speakers or () if one.ready}
    heeds_label = version.heeds_exclude_label and not any(one.ignores_exclude_label for one in speakers or ())

    def against(node: Node) -> Iterable[Against]:
        if not ours:
            yield Against.SERVICE_NOT_SELECTED
        elif not on_node(ours, node):
            yield Against.NODE_NOT_SELECTED
        if node.network_unavailable and version.heeds_network_unavailable:
            yield Against.NETWORK_UNAVAILABLE
        if heeds_label and EXCLUDE_LABEL in node.labels:
            yield Against.EXCLUDED_BY_LABEL
        if not served:
            yield Against.NO_ENDPOINT
        elif here is not None and node.name not in here:
            yield Against.NO_LOCAL_ENDPOINT
        if speakers is not None and node.name not in with_speaker:
            yield Against.NO_SPEAKER

    return tuple(
        Candidate(node=node, against=tuple(against(node)))
        for node in sorted(nodes.value, key=lambda node: node.name)
    )


def _told(
    candidate: Candidate,
    ours: Sequence[BGPAdvertisement],
    families: frozenset[int],
    peers: tuple[BGPPeer, ...] | None,
) -> Candidate:
    """The candidate with what BGP alone holds against it, and with the peers that it would tell."""
    here = on_node(ours, candidate.node)
    told = () if peers is None else peers_reached(here, peers, candidate.node)
    more: list[Against] = []
    if here and peers is not None and not told:
        more.append(Against.NO_PEER)
    if clashing(here, (candidate.node,), families):
        more.append(Against.LOCAL_PREF_CLASH)
    if not more:
        return replace(candidate, peers=told) if told else candidate
    order = list(Against)
    against = sorted((*candidate.against, *more), key=order.index)
    return Candidate(node=candidate.node, against=tuple(against), peers=told)
