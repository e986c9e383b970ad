"""What decides who answers for an address: advertisements, peers, nodes, speakers and endpoints.

Only what a speaker looks at is kept, and what it wrote down of its own decision.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import LabelSelector
from kubectl_sharedip.model.raw import Origin


@frozen
class Advertisement:
    """What an L2Advertisement and a BGPAdvertisement have in common.

    Without ``pools`` and ``pool_selectors`` it is for every pool, without ``service_selectors`` for
    every Service, without ``node_selectors`` for every node. Of several selectors one must match.
    """

    namespace: str
    name: str
    origin: Origin
    pools: tuple[str, ...]
    pool_selectors: tuple[LabelSelector, ...]
    service_selectors: tuple[LabelSelector, ...]
    node_selectors: tuple[LabelSelector, ...]


@frozen
class NodePreference:
    """An entry of preferredNodeSelectors; ``weight`` is 1 to 100."""

    selector: LabelSelector
    weight: int


@frozen
class L2Advertisement(Advertisement):
    """Announces by ARP and NDP. Without ``interfaces`` it is for all of a node's."""

    interfaces: tuple[str, ...]
    preferences: tuple[NodePreference, ...]


@frozen
class BGPAdvertisement(Advertisement):
    """Announces to routers. Without ``peers`` (names of BGPPeers) it is for every one.

    The lengths are prefix lengths, IPv4 1 to 32 and IPv6 1 to 128.
    """

    peers: tuple[str, ...]
    local_pref: int
    aggregation_length: int
    aggregation_length_v6: int


@frozen
class BGPPeer:
    """A router, and the nodes that have a session with it: all without ``node_selectors``."""

    namespace: str
    name: str
    origin: Origin
    node_selectors: tuple[LabelSelector, ...]


@frozen
class Node:
    """A node of the cluster. ``ready`` is None where no condition tells.

    ``addresses`` are its InternalIPs, as they are written.
    """

    name: str
    origin: Origin
    labels: Mapping[str, str] = field(hash=False)
    ready: bool | None
    network_unavailable: bool
    addresses: tuple[str, ...] = ()


@frozen
class Speaker:
    """A Pod of MetalLB's speaker. ``node`` is empty where it is not scheduled yet.

    ``ignores_exclude_label`` is its flag --ignore-exclude-lb.
    """

    namespace: str
    name: str
    origin: Origin
    node: str
    ready: bool
    ignores_exclude_label: bool


@frozen
class Endpoint:
    """One endpoint of a slice: ``pod`` is what is behind it, or its address where that is not told."""

    pod: str
    node: str | None
    ready: bool | None
    serving: bool | None


@frozen
class EndpointSlice:
    """Some endpoints of a Service, and the names of the ports that each of them serves.

    A port of a Service that has only one may have no name, which is an empty text here.
    """

    service: ServiceName
    name: str
    origin: Origin
    ports: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]


@frozen
class AnnouncedFrom:
    """A ServiceL2Status or a ServiceBGPStatus (``kind``): a speaker says that it announces."""

    kind: str
    namespace: str
    name: str
    origin: Origin
    service: ServiceName
    node: str


@frozen
class SourceRanges:
    """Where clients of a Service may come from; ``field`` is where that is written."""

    service: ServiceName
    field: str
    ranges: tuple[str, ...]


@frozen
class Announcing:
    """All of it in one snapshot, each sorted by namespace and name.

    ``repointed`` are Services whose selector is about to change: the slices tell nothing of the pods
    that they will have.
    ``elections`` are for each address the nodes in the order in which they would answer for it,
    where names were changed since; elsewhere the names tell.
    """

    l2_advertisements: tuple[L2Advertisement, ...] = ()
    bgp_advertisements: tuple[BGPAdvertisement, ...] = ()
    bgp_peers: tuple[BGPPeer, ...] = ()
    nodes: tuple[Node, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    slices: Mapping[ServiceName, tuple[EndpointSlice, ...]] = field(default_factory=dict, hash=False)
    announced: Mapping[ServiceName, tuple[AnnouncedFrom, ...]] = field(default_factory=dict, hash=False)
    source_ranges: Mapping[ServiceName, SourceRanges] = field(default_factory=dict, hash=False)
    repointed: frozenset[ServiceName] = frozenset()
    elections: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
