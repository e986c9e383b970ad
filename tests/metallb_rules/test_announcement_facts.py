"""How the fields that decide on an announcement are told: object, field, value, and place in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubectl_sharedip.metallb import announcement_facts as facts
from kubectl_sharedip.metallb.speaker import EXCLUDE_LABEL
from kubectl_sharedip.model.announcement import (
    AnnouncedFrom,
    BGPAdvertisement,
    BGPPeer,
    Endpoint,
    EndpointSlice,
    L2Advertisement,
    Node,
    SourceRanges,
    Speaker,
)
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import LabelSelector, SelectorTerm
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import Origin
from tests.metallb_rules.worlds import pool, snapshot_of

NOWHERE = Origin()
WEB = ServiceName("default", "web")


def term(key: str, operator: str, *values: str) -> SelectorTerm:
    return SelectorTerm(key=key, operator=operator, values=values)


RACK: LabelSelector = (term("rack", "In", "a"),)


def l2(**fields: Any) -> L2Advertisement:
    none: dict[str, Any] = {"pools": (), "pool_selectors": (), "service_selectors": (), "node_selectors": ()}
    given = {**none, "origin": NOWHERE, "interfaces": (), "preferences": (), **fields}
    return L2Advertisement(namespace="m", name="arp", **given)


def bgp() -> BGPAdvertisement:
    return BGPAdvertisement(
        namespace="m",
        name="routes",
        origin=NOWHERE,
        pools=(),
        pool_selectors=(),
        service_selectors=(),
        node_selectors=(),
        peers=(),
        local_pref=0,
        aggregation_length=32,
        aggregation_length_v6=128,
    )


def node(ready: bool | None = None, **labels: str) -> Node:
    return Node(name="iris", origin=NOWHERE, labels=labels, ready=ready, network_unavailable=False)


def told(fact: Fact) -> tuple[str, str, str | None]:
    return str(fact.object), fact.field, fact.value


def test_both_kinds_of_advertisement_are_told_apart() -> None:
    assert str(facts.advertisement_ref(l2())) == "L2Advertisement m/arp"
    assert str(facts.advertisement_ref(bgp())) == "BGPAdvertisement m/routes"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("spec.ipAddressPools", None)]),
        ({"pools": ("p", "q")}, [("spec.ipAddressPools", "p, q")]),
        ({"pool_selectors": (RACK,)}, [("spec.ipAddressPoolSelectors", "rack=a")]),
        (
            {"pools": ("p",), "pool_selectors": (RACK,)},
            [("spec.ipAddressPools", "p"), ("spec.ipAddressPoolSelectors", "rack=a")],
        ),
    ],
)
def test_an_advertisement_tells_its_pools_by_the_fields_that_name_them(fields: Any, expected: Any) -> None:
    assert [(one.field, one.value) for one in facts.pools_facts(l2(**fields))] == expected


@pytest.mark.parametrize(
    ("selectors", "text"),
    [
        ((), ""),
        (((),), "everything"),
        ((RACK,), "rack=a"),
        (((term("rack", "In", "a"), term("disk", "In", "ssd")),), "rack=a,disk=ssd"),
        (((term("rack", "In", "a", "b"),),), "rack in (a,b)"),
        (((term("rack", "NotIn", "a"),),), "rack notin (a)"),
        (((term("rack", "Exists"), term("old", "DoesNotExist")),), "rack,!old"),
        ((RACK, (term("rack", "In", "b"),)), "rack=a or rack=b"),
    ],
)
def test_selectors_read_as_kubectl_writes_them(selectors: tuple[LabelSelector, ...], text: str) -> None:
    assert facts.selectors_text(selectors) == text
    fact = facts.node_selectors_fact(l2(node_selectors=selectors))
    assert told(fact) == ("L2Advertisement m/arp", "spec.nodeSelectors", text or None)
    fact = facts.service_selectors_fact(l2(service_selectors=selectors))
    assert told(fact) == ("L2Advertisement m/arp", "spec.serviceSelectors", text or None)
    peer = BGPPeer(namespace="m", name="tor", origin=NOWHERE, node_selectors=selectors)
    assert told(facts.peer_fact(peer)) == ("BGPPeer m/tor", "spec.nodeSelectors", text or None)


def test_the_labels_of_a_pool() -> None:
    document = pool("p", "10.0.0.0/24")
    (plain,) = snapshot_of(document).pools
    document["metadata"]["labels"] = {"tier": "edge", "a": "1"}
    (labelled,) = snapshot_of(document).pools
    assert told(facts.pool_labels_fact(plain)) == ("IPAddressPool metallb-system/p", "metadata.labels", None)
    assert facts.pool_labels_fact(labelled).value == "a=1,tier=edge"


def test_what_is_told_of_a_node() -> None:
    excluded = Node(
        name="iris", origin=NOWHERE, labels={EXCLUDE_LABEL: ""}, ready=None, network_unavailable=True
    )
    field = f'metadata.labels["{EXCLUDE_LABEL}"]'
    assert told(facts.exclude_label_fact(excluded)) == ("Node iris", field, "")
    assert facts.exclude_label_fact(node()).value is None
    assert facts.network_fact(excluded).value == "True"
    assert [facts.ready_fact(node(ready)).value for ready in (None, True, False)] == [None, "True", "False"]


def test_of_the_labels_of_a_node_those_that_selectors_ask_for() -> None:
    wanted: tuple[LabelSelector, ...] = (
        (term("rack", "In", "a"), term("disk", "Exists")),
        (term("z", "Exists"),),
    )
    assert facts.labels_fact(node(rack="b", disk="ssd", other="1"), wanted).value == "disk=ssd,rack=b"
    assert told(facts.labels_fact(node(other="1"), wanted)) == ("Node iris", "metadata.labels", None)


@pytest.mark.parametrize(
    ("endpoints", "text"),
    [
        ([], None),
        ([("a", "iris", True)], "a on iris"),
        ([("a", None, None)], "a on no node"),
        ([("a", "iris", False)], "1 not ready"),
        ([("a", "iris", False), ("b", "lily", True), ("c", "lily", False)], "b on lily, 2 not ready"),
    ],
)
def test_what_is_told_of_endpoints(
    endpoints: list[tuple[str, str | None, bool | None]], text: str | None
) -> None:
    found = tuple(Endpoint(pod=pod, node=where, ready=ready, serving=None) for pod, where, ready in endpoints)
    slice_ = EndpointSlice(service=WEB, name="web-1", origin=NOWHERE, ports=(), endpoints=found)
    assert told(facts.slice_fact(slice_)) == ("EndpointSlice default/web-1", "endpoints", text)


@pytest.mark.parametrize("ready", [True, False])
def test_what_is_told_of_a_speaker(ready: bool) -> None:
    one = Speaker(
        namespace="m", name="speaker-x", origin=NOWHERE, node="iris", ready=ready, ignores_exclude_label=False
    )
    field = 'status.conditions["Ready"].status'
    assert told(facts.speaker_fact(one)) == ("Pod m/speaker-x", field, str(ready))


def test_what_speakers_and_owners_wrote_themselves() -> None:
    status = AnnouncedFrom(
        kind="ServiceL2Status", namespace="m", name="l2-x", origin=NOWHERE, service=WEB, node="iris"
    )
    assert told(facts.announced_fact(status)) == ("ServiceL2Status m/l2-x", "status.node", "iris")
    ranges = SourceRanges(
        service=WEB, field="spec.loadBalancerSourceRanges", ranges=("10.0.0.0/8", "fc00::/7")
    )
    expected = ("Service default/web", "spec.loadBalancerSourceRanges", "10.0.0.0/8, fc00::/7")
    assert told(facts.source_ranges_fact(ranges)) == expected


@pytest.mark.parametrize(
    "fact",
    [
        facts.interfaces_fact,
        lambda one: facts.advertisement_fact(one, "spec.peers", ""),
    ],
)
def test_a_field_that_says_nothing_has_no_value(fact: Callable[[L2Advertisement], Fact]) -> None:
    assert fact(l2()).value is None


def test_the_place_in_a_file_is_told_where_there_is_one() -> None:
    written = l2(origin=Origin(file="arp.yaml", line=3), interfaces=("eth0", "eth1"))
    fact = facts.interfaces_fact(written)
    assert told(fact) == ("L2Advertisement m/arp", "spec.interfaces", "eth0, eth1")
    assert fact.origin == "arp.yaml:3"
    assert facts.interfaces_fact(l2()).origin is None
