"""L2Advertisement, BGPAdvertisement and BGPPeer documents."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.intake.selectors import read_selector, read_selectors
from kubectl_sharedip.model.announcement import (
    BGPAdvertisement,
    BGPPeer,
    L2Advertisement,
    NodePreference,
)
from kubectl_sharedip.model.pool import LabelSelector
from kubectl_sharedip.model.raw import RawDocument

_WHOLE_IPV4, _WHOLE_IPV6 = 32, 128


def read_l2_advertisement(
    reader: Reader, document: RawDocument, namespace: str, name: str
) -> L2Advertisement:
    """The L2Advertisement of the document."""
    return L2Advertisement(
        namespace=namespace,
        name=name,
        origin=document.origin,
        pools=reader.texts(reader.spec, "ipAddressPools", "spec.ipAddressPools"),
        pool_selectors=_selectors(reader, "ipAddressPoolSelectors"),
        service_selectors=_selectors(reader, "serviceSelectors"),
        node_selectors=_selectors(reader, "nodeSelectors"),
        interfaces=reader.texts(reader.spec, "interfaces", "spec.interfaces"),
        preferences=_preferences(reader),
    )


def read_bgp_advertisement(
    reader: Reader, document: RawDocument, namespace: str, name: str
) -> BGPAdvertisement:
    """The BGPAdvertisement of the document; lengths that are not given are whole addresses."""
    spec = reader.spec
    length = reader.number(spec, "aggregationLength", "spec.aggregationLength")
    length_v6 = reader.number(spec, "aggregationLengthV6", "spec.aggregationLengthV6")
    return BGPAdvertisement(
        namespace=namespace,
        name=name,
        origin=document.origin,
        pools=reader.texts(spec, "ipAddressPools", "spec.ipAddressPools"),
        pool_selectors=_selectors(reader, "ipAddressPoolSelectors"),
        service_selectors=_selectors(reader, "serviceSelectors"),
        node_selectors=_selectors(reader, "nodeSelectors"),
        peers=reader.texts(spec, "peers", "spec.peers"),
        local_pref=reader.number(spec, "localPref", "spec.localPref") or 0,
        aggregation_length=_WHOLE_IPV4 if length is None else length,
        aggregation_length_v6=_WHOLE_IPV6 if length_v6 is None else length_v6,
    )


def read_bgp_peer(reader: Reader, document: RawDocument, namespace: str, name: str) -> BGPPeer:
    """The BGPPeer of the document."""
    selectors = _selectors(reader, "nodeSelectors")
    return BGPPeer(namespace=namespace, name=name, origin=document.origin, node_selectors=selectors)


def _selectors(reader: Reader, name: str) -> tuple[LabelSelector, ...]:
    return read_selectors(reader, reader.spec, name, f"spec.{name}")


def _preferences(reader: Reader) -> tuple[NodePreference, ...]:
    path = "spec.preferredNodeSelectors"
    found = []
    for index, item in enumerate(reader.items(reader.spec, "preferredNodeSelectors", path)):
        here = f"{path}[{index}]"
        if not isinstance(item, Mapping):
            reader.note(here, f"{item!r} is not an object")
            continue
        selector = reader.mapping(item, "preference", f"{here}.preference")
        weight = reader.number(item, "weight", f"{here}.weight") or 0
        found.append(
            NodePreference(selector=read_selector(reader, selector, f"{here}.preference"), weight=weight)
        )
    return tuple(found)
