"""What comes of asking who announces an address: for each protocol the nodes, and what is against each.

Values only; the rules that make them are in ``speaker``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from kubectl_sharedip.model.announcement import (
    Advertisement,
    BGPAdvertisement,
    BGPPeer,
    EndpointSlice,
    L2Advertisement,
    Node,
    Speaker,
)
from kubectl_sharedip.model.frozen import field, frozen

Protocol = Literal["layer2", "bgp"]


class Against(Enum):
    """What keeps a node from announcing, the most lasting first."""

    SERVICE_NOT_SELECTED = "service-not-selected"
    NODE_NOT_SELECTED = "node-not-selected"
    LOCAL_PREF_CLASH = "local-pref-clash"
    NETWORK_UNAVAILABLE = "network-unavailable"
    EXCLUDED_BY_LABEL = "excluded-by-label"
    NO_ENDPOINT = "no-endpoint"
    NO_LOCAL_ENDPOINT = "no-local-endpoint"
    NO_SPEAKER = "no-speaker"
    NO_PEER = "no-peer"


#: Those that lie in the node and the advertisements alone.
BY_NATURE = frozenset(
    {
        Against.SERVICE_NOT_SELECTED,
        Against.NODE_NOT_SELECTED,
        Against.LOCAL_PREF_CLASH,
        Against.NETWORK_UNAVAILABLE,
        Against.EXCLUDED_BY_LABEL,
    }
)
FOR_WANT_OF_ENDPOINTS = frozenset({Against.NO_ENDPOINT, Against.NO_LOCAL_ENDPOINT})


@frozen
class Surroundings:
    """What speakers look at. None stands for what is not known.

    ``slices`` are those of the Service. ``speakers`` and ``peers`` are those of its MetalLB.
    ``elections`` are orders of nodes for an address that their names do not tell any more.
    """

    l2_advertisements: tuple[L2Advertisement, ...]
    bgp_advertisements: tuple[BGPAdvertisement, ...]
    nodes: tuple[Node, ...]
    slices: tuple[EndpointSlice, ...] | None
    speakers: tuple[Speaker, ...] | None
    peers: tuple[BGPPeer, ...] | None
    elections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@frozen
class Candidate:
    """A node, and all that is held against it; with nothing against it, it may announce.

    ``peers`` are the BGPPeers that it would tell, where they are known.
    """

    node: Node
    against: tuple[Against, ...]
    peers: tuple[str, ...] = ()


@frozen
class Announcement:
    """One protocol for one Service.

    ``of_pool`` are the advertisements of its pool, ``advertisements`` those of them that let the
    Service in. ``refused_for`` are those for whose sake layer 2 never announces it. ``candidates``
    are all nodes, by name, and ``nodes`` those of them that announce it: on layer 2 the first of them
    does, and the others follow in this order.
    """

    protocol: Protocol
    of_pool: tuple[Advertisement, ...]
    advertisements: tuple[Advertisement, ...]
    refused_for: tuple[Advertisement, ...]
    candidates: tuple[Candidate, ...]
    nodes: tuple[str, ...]

    @property
    def winner(self) -> str | None:
        """The node that answers, on layer 2; None where none does."""
        return self.nodes[0] if self.nodes and self.protocol == "layer2" else None
