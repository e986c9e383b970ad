"""Which advertisements speak for a Service, and on which nodes.

Sources: ``internal/config/config.go`` (setL2AdvertisementsToPools, setBGPAdvertisementsToPools,
preferredNodeScores, BGPAdvertisementsHaveCompatibleLocalPref), ``speaker/layer2_controller.go``
(l2AdsForService), ``speaker/bgp_controller.go`` (bgpAdsForService, checkBGPAdvConflicts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.announcement import (
    Advertisement,
    BGPAdvertisement,
    BGPPeer,
    L2Advertisement,
    Node,
)
from kubectl_sharedip.model.pool import LabelSelector, PoolResource
from kubectl_sharedip.model.service import Service

A = TypeVar("A", bound=Advertisement)


def attached(advertisements: Iterable[A], pool: PoolResource) -> tuple[A, ...]:
    """Those that are for this pool: by its name, by its labels, or because they are for every pool.

    Source: internal/config/config.go setL2AdvertisementsToPools, setBGPAdvertisementsToPools. One
    that names a pool which does not exist is for no pool.
    """
    return tuple(one for one in advertisements if _is_for_pool(one, pool))


def _is_for_pool(advertisement: Advertisement, pool: PoolResource) -> bool:
    if not advertisement.pools and not advertisement.pool_selectors:
        return True
    return pool.name in advertisement.pools or any(
        matches(selector, pool.labels) for selector in advertisement.pool_selectors
    )


def for_service(advertisements: Iterable[A], service: Service, version: Version) -> tuple[A, ...]:
    """Those of a pool whose serviceSelectors let the Service in; before 0.16.0 there are none.

    Source: speaker/layer2_controller.go l2AdsForService, speaker/bgp_controller.go bgpAdsForService.
    """
    if not version.selects_services_to_advertise:
        return tuple(advertisements)
    return tuple(one for one in advertisements if _any_or_none(one.service_selectors, service.labels))


def selective(advertisements: Iterable[A], version: Version) -> tuple[A, ...]:
    """Those that select Services.

    Source: speaker/layer2_controller.go adsHaveServiceSelectors.
    """
    if not version.selects_services_to_advertise:
        return ()
    return tuple(one for one in advertisements if one.service_selectors)


def on_node(advertisements: Iterable[A], node: Node) -> tuple[A, ...]:
    """Those whose nodeSelectors let the node in.

    Source: internal/config/config.go selectedNodes.
    """
    return tuple(one for one in advertisements if _any_or_none(one.node_selectors, node.labels))


def clashing(
    advertisements: Sequence[BGPAdvertisement], nodes: Iterable[Node], families: frozenset[int]
) -> tuple[BGPAdvertisement, ...]:
    """The first two that give one route two localPrefs, else nothing.

    ``families`` are those of the pool. Source: internal/config/config.go
    BGPAdvertisementsHaveCompatibleLocalPref. Before 0.16.0 the speaker refuses the whole configuration.
    """
    known = tuple(nodes)
    for one, other in combinations(advertisements, 2):
        if one.local_pref == other.local_pref or _lengths_differ(one, other, families):
            continue
        if one.peers and other.peers and not set(one.peers) & set(other.peers):
            continue
        if any(len(on_node((one, other), node)) == 2 for node in known):
            return (one, other)
    return ()


def _lengths_differ(one: BGPAdvertisement, other: BGPAdvertisement, families: frozenset[int]) -> bool:
    """Whether no route of one is a route of the other."""
    ipv4 = one.aggregation_length != other.aggregation_length
    ipv6 = one.aggregation_length_v6 != other.aggregation_length_v6
    return (ipv4 or 4 not in families) and (ipv6 or 6 not in families)


def peers_reached(
    advertisements: Iterable[BGPAdvertisement], peers: Iterable[BGPPeer], node: Node
) -> tuple[str, ...]:
    """The BGPPeers that have a session with the node and that one of the advertisements is for.

    Source: speaker/bgp_controller.go syncPeers, adsForPeer.
    """
    wanted = tuple(advertisements)
    return tuple(
        sorted(
            peer.name
            for peer in peers
            if _any_or_none(peer.node_selectors, node.labels)
            and any(not one.peers or peer.name in one.peers for one in wanted)
        )
    )


def weights(advertisements: Iterable[L2Advertisement], node: Node) -> int:
    """The summed weight of the preferredNodeSelectors that match the node.

    Source: internal/config/config.go preferredNodeScores, containsAdvertisement: one that says the
    same as another counts once.
    """
    distinct = {
        (one.node_selectors, one.service_selectors, frozenset(one.interfaces), one.preferences): one
        for one in advertisements
    }
    return sum(
        preference.weight
        for one in on_node(distinct.values(), node)
        for preference in one.preferences
        if matches(preference.selector, node.labels)
    )


def interfaces_wanted(advertisements: Iterable[L2Advertisement], node: Node) -> tuple[str, ...]:
    """The interfaces from which the node may answer; nothing where it may from all.

    Source: speaker/layer2_controller.go ipAdvertisementFor.
    """
    here = on_node(advertisements, node)
    if any(not one.interfaces for one in here):
        return ()
    return tuple(sorted({name for one in here for name in one.interfaces}))


def _any_or_none(selectors: tuple[LabelSelector, ...], labels: Mapping[str, str]) -> bool:
    return not selectors or any(matches(selector, labels) for selector in selectors)
