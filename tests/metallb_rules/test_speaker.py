"""Who announces an address: the rules of the speakers, one by one, and scenario 85."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from kubectl_sharedip.metallb.advertisements import attached, clashing, interfaces_wanted, weights
from kubectl_sharedip.metallb.announcement import Against, Announcement, Surroundings
from kubectl_sharedip.metallb.endpoints import can_serve
from kubectl_sharedip.metallb.speaker import EXCLUDE_LABEL, announced_pool, bgp, layer2
from kubectl_sharedip.metallb.state import State, state_of
from kubectl_sharedip.model.announcement import Announcing, Endpoint
from kubectl_sharedip.model.service import Service
from tests.metallb_rules.worlds import NAMESPACE, Document, named, pool, service, snapshot_of

IP = "10.20.30.1"
NEXT = "0.16.2"  # the first version after the newest that is known
LAB = pool("lab", "10.20.30.0/24")


def metallb(kind: str, name: str, version: str = "v1beta1", **spec: Any) -> Document:
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def l2(name: str = "arp", **spec: Any) -> Document:
    return metallb("L2Advertisement", name, **spec)


def routes(name: str = "routes", **spec: Any) -> Document:
    return metallb("BGPAdvertisement", name, **spec)


def peer(name: str, **spec: Any) -> Document:
    return metallb("BGPPeer", name, "v1beta2", **spec)


def node(name: str, *conditions: str, **labels: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {key.replace("_", "-"): value for key, value in labels.items()}},
        "status": {"conditions": [{"type": kind, "status": "True"} for kind in ("Ready", *conditions)]},
    }


def excluded(name: str, value: str = "") -> Document:
    found = node(name)
    found["metadata"]["labels"] = {EXCLUDE_LABEL: value}
    return found


def speaker(where: str, *arguments: str, ready: bool = True) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"speaker-{where}",
            "namespace": NAMESPACE,
            "labels": {"app": "metallb", "component": "speaker"},
        },
        "spec": {"nodeName": where, "containers": [{"name": "speaker", "args": list(arguments)}]},
        "status": {"conditions": [{"type": "Ready", "status": str(ready)}]},
    }


def endpoints(name: str, *nodes: str, **conditions: bool) -> Document:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-1",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": name},
        },
        "ports": [{"port": 80}],
        "endpoints": [
            {"addresses": [f"10.244.0.{number}"], "nodeName": where, "conditions": conditions}
            for number, where in enumerate(nodes)
        ],
    }


def by(**labels: str) -> list[Document]:
    return [{"matchLabels": {key.replace("_", "-"): value for key, value in labels.items()}}]


class Cluster:
    """A cluster with the pool lab and one Service, default/a, on 10.20.30.1."""

    def __init__(
        self, *documents: Document, version: str = "0.16.1", speakers: bool = False, **fields: Any
    ) -> None:
        fields = {"status": (IP,), **fields}
        snapshot = snapshot_of(LAB, service("a", **fields), *documents, version=version)
        assert not snapshot.notes
        self.state: State = state_of(snapshot, snapshot.installations[0])
        self.found: Announcing = snapshot.announcing
        self.service: Service = snapshot.services[named("a")]
        self.around = Surroundings(
            l2_advertisements=self.found.l2_advertisements,
            bgp_advertisements=self.found.bgp_advertisements,
            nodes=self.found.nodes,
            slices=self.found.slices.get(named("a")),
            speakers=self.found.speakers if speakers else None,
            peers=self.found.bgp_peers or None,
        )

    def layer2(self) -> Announcement:
        placed = announced_pool(self.state.pools, self.service)
        assert placed is not None
        own, addresses = placed
        return layer2(self.service, own, addresses[0], self.around, self.state.version)

    def bgp(self) -> Announcement:
        placed = announced_pool(self.state.pools, self.service)
        assert placed is not None
        return bgp(self.service, placed[0], self.around, self.state.version)


def against(found: Announcement) -> dict[str, tuple[Against, ...]]:
    return {one.node.name: one.against for one in found.candidates if one.against}


IRISES = (node("iris1"), node("iris2"))
HERE = endpoints("a", "iris1", "iris2")


def test_85_the_lower_hash_of_node_and_address_answers() -> None:
    lower = min(("iris1", "iris2"), key=lambda name: sha256(f"{name}#{IP}".encode()).digest())

    found = Cluster(l2(), *IRISES, HERE).layer2()

    assert found.winner == lower == "iris2"
    assert found.nodes == ("iris2", "iris1")
    assert found.candidates[0].node.name == "iris1"
    assert [one.name for one in found.advertisements] == ["arp"]


@pytest.mark.parametrize("value", ["", "false"])
def test_85_with_iris2_excluded_by_its_label(value: str) -> None:
    found = Cluster(l2(), node("iris1"), excluded("iris2", value), HERE).layer2()

    assert found.winner == "iris1"
    assert against(found) == {"iris2": (Against.EXCLUDED_BY_LABEL,)}


def test_the_label_is_heeded_from_0_14_0_and_unless_the_speaker_ignores_it() -> None:
    documents = (l2(), node("iris1"), excluded("iris2"), HERE)
    ignoring = (speaker("iris1", "--ignore-exclude-lb"), speaker("iris2", "--ignore-exclude-lb=true"))

    assert Cluster(*documents, version="0.13.12").layer2().winner == "iris2"
    assert Cluster(*documents, version="0.14.0").layer2().winner == "iris1"
    assert Cluster(*documents, *ignoring, speakers=True).layer2().winner == "iris2"


def test_a_node_without_network_is_left_out_from_0_13_10() -> None:
    documents = (l2(), node("iris1"), node("iris2", "NetworkUnavailable"), HERE)

    assert against(Cluster(*documents).layer2()) == {"iris2": (Against.NETWORK_UNAVAILABLE,)}
    assert Cluster(*documents, version="0.13.9").layer2().winner == "iris2"


def test_the_first_address_of_the_status_decides() -> None:
    """Ascending order of the hashes, which is another one for each address."""
    winners = {
        ip: Cluster(l2(), *IRISES, HERE, status=(ip,)).layer2().winner
        for ip in (f"10.20.30.{last}" for last in range(1, 20))
    }

    for ip, winner in winners.items():
        hashes = {name: sha256(f"{name}#{ip}".encode()).hexdigest() for name in ("iris1", "iris2")}
        assert winner == min(hashes, key=lambda name: hashes[name])
    assert set(winners.values()) == {"iris1", "iris2"}


def test_an_entry_without_an_address_withdraws_the_service() -> None:
    cluster = Cluster(l2(), *IRISES, HERE)
    document = service("a", status=(IP,))
    document["status"]["loadBalancer"]["ingress"].append({"hostname": "a.example.org"})
    beside = snapshot_of(LAB, document).services[named("a")]

    assert announced_pool(cluster.state.pools, cluster.service) is not None
    assert announced_pool(cluster.state.pools, beside) is None


def test_an_address_of_no_pool_is_not_announced() -> None:
    cluster = Cluster(l2(), *IRISES, HERE, status=("192.0.2.1",))

    assert announced_pool(cluster.state.pools, cluster.service) is None


@pytest.mark.parametrize(
    ("spec", "is_for_lab"),
    [
        ({}, True),
        ({"ipAddressPools": ["lab"]}, True),
        ({"ipAddressPools": ["other"]}, False),
        ({"ipAddressPoolSelectors": by(tier="edge")}, True),
        ({"ipAddressPoolSelectors": by(tier="core")}, False),
        ({"ipAddressPools": ["other"], "ipAddressPoolSelectors": by(tier="edge")}, True),
        ({"ipAddressPools": ["lab"], "ipAddressPoolSelectors": by(tier="core")}, True),
    ],
)
def test_an_advertisement_is_for_pools_by_name_or_label_or_for_all(spec: Any, is_for_lab: bool) -> None:
    labelled = pool("lab", "10.20.30.0/24")
    labelled["metadata"]["labels"] = {"tier": "edge"}
    snapshot = snapshot_of(labelled, l2(**spec))

    assert bool(attached(snapshot.announcing.l2_advertisements, snapshot.pools[0])) is is_for_lab


def test_node_selectors_leave_the_other_nodes_out() -> None:
    nodes = (node("iris1", rack="a"), node("iris2", rack="b"))

    found = Cluster(l2(nodeSelectors=by(rack="a")), *nodes, HERE).layer2()

    assert found.nodes == ("iris1",)
    assert against(found) == {"iris2": (Against.NODE_NOT_SELECTED,)}


def test_one_of_several_advertisements_is_enough() -> None:
    nodes = (node("iris1", rack="a"), node("iris2", rack="b"))
    both = (l2("one", nodeSelectors=by(rack="a")), l2("two", nodeSelectors=by(rack="b")))

    assert Cluster(*both, *nodes, HERE).layer2().nodes == ("iris2", "iris1")


def test_service_selectors_are_known_from_0_16_0() -> None:
    documents = (l2(serviceSelectors=by(public="yes")), *IRISES, HERE)

    assert Cluster(*documents, labels={"public": "yes"}).layer2().winner == "iris2"
    missed = Cluster(*documents).layer2()
    assert (missed.winner, missed.advertisements) == (None, ())
    assert set(against(missed).values()) == {(Against.SERVICE_NOT_SELECTED,)}
    assert Cluster(*documents, version="0.15.3").layer2().winner == "iris2"


@pytest.mark.parametrize("key", ["k", ""])
@pytest.mark.parametrize("prefix", ["metallb.io", "metallb.universe.tf"])
def test_a_sharing_key_and_service_selectors_after_0_16_1(key: str, prefix: str) -> None:
    """The annotation counts, under either prefix and with any value."""
    documents = (l2("chosen", serviceSelectors=by(public="yes")), l2("all"), *IRISES, HERE)
    fields: Document = {"labels": {"public": "yes"}, "annotations": {f"{prefix}/allow-shared-ip": key}}

    now, then = Cluster(*documents, **fields), Cluster(*documents, version=NEXT, **fields)

    assert [one.name for one in now.layer2().refused_for] == ["chosen"]
    assert now.layer2().winner == "iris2"
    assert then.layer2().nodes == ()


def test_service_selectors_that_do_not_match_refuse_nobody() -> None:
    documents = (l2("chosen", serviceSelectors=by(public="yes")), l2("all"), *IRISES, HERE)

    found = Cluster(*documents, version=NEXT, key="k").layer2()

    assert (found.refused_for, found.winner) == ((), "iris2")


def test_preferred_nodes_come_before_the_hash_after_0_16_1() -> None:
    preferred = [{"weight": 10, "preference": {"matchLabels": {"fast": "yes"}}}]
    documents = (l2(preferredNodeSelectors=preferred), node("iris1", fast="yes"), node("iris2"), HERE)

    assert Cluster(*documents).layer2().winner == "iris2"
    assert Cluster(*documents, version=NEXT).layer2().nodes == ("iris1", "iris2")


def test_weights_add_up_and_the_same_advertisement_counts_once() -> None:
    some = [
        {"weight": 10, "preference": {"matchLabels": {"fast": "yes"}}},
        {"weight": 5, "preference": {}},
    ]
    more = [{"weight": 1, "preference": {}}]
    cluster = Cluster(
        l2("one", preferredNodeSelectors=some),
        l2("same", preferredNodeSelectors=some),
        l2("two", preferredNodeSelectors=more),
        node("iris1", fast="yes"),
        node("iris2"),
        version=NEXT,
    )

    found = [weights(cluster.found.l2_advertisements, one) for one in cluster.found.nodes]

    assert found == [16, 6]


@pytest.mark.parametrize(
    ("ready", "serving", "able"),
    [
        (None, None, True),
        (True, None, True),
        (False, None, False),
        (False, True, True),
        (False, False, False),
        (None, False, True),
    ],
)
def test_an_endpoint_that_can_serve(ready: bool | None, serving: bool | None, able: bool) -> None:
    assert can_serve(Endpoint(pod="p", node="n", ready=ready, serving=serving)) is able


@pytest.mark.parametrize("local", [None, "x"])
def test_without_an_endpoint_nobody_announces_whatever_the_policy(local: str | None) -> None:
    cluster = Cluster(l2(), routes(), *IRISES, endpoints("a", "iris1", ready=False), local=local)

    for found in (cluster.layer2(), cluster.bgp()):
        assert found.nodes == ()
        assert set(against(found).values()) == {(Against.NO_ENDPOINT,)}


def test_under_local_only_nodes_with_an_endpoint_of_their_own() -> None:
    documents = (l2(), routes(), *IRISES, endpoints("a", "iris1"))

    local, cluster = Cluster(*documents, local="x"), Cluster(*documents)

    for found in (local.layer2(), local.bgp()):
        assert found.nodes == ("iris1",)
        assert against(found) == {"iris2": (Against.NO_LOCAL_ENDPOINT,)}
    assert cluster.layer2().winner == "iris2"
    assert cluster.bgp().nodes == ("iris1", "iris2")


def test_a_node_without_a_ready_speaker_announces_nothing() -> None:
    documents = (l2(), *IRISES, HERE, speaker("iris1"), speaker("iris2", ready=False))

    assert Cluster(*documents, speakers=True).layer2().nodes == ("iris1",)
    assert Cluster(*documents).layer2().nodes == ("iris2", "iris1")  # not known, so not held against it


def test_all_reasons_of_a_node_are_kept() -> None:
    documents = (l2(nodeSelectors=by(rack="a")), excluded("iris1"), endpoints("a", "iris2"))

    found = Cluster(*documents, local="x", speakers=True).layer2()

    assert against(found)["iris1"] == (
        Against.NODE_NOT_SELECTED,
        Against.EXCLUDED_BY_LABEL,
        Against.NO_LOCAL_ENDPOINT,
        Against.NO_SPEAKER,
    )


def test_bgp_is_announced_from_every_node_that_may() -> None:
    found = Cluster(routes(), *IRISES, HERE).bgp()

    assert (found.nodes, found.winner) == (("iris1", "iris2"), None)


def test_no_advertisement_of_a_protocol_gives_no_candidates() -> None:
    found = Cluster(l2(), *IRISES, HERE).bgp()

    assert (found.of_pool, found.candidates, found.nodes) == ((), (), ())


@pytest.mark.parametrize(
    ("spec", "nodes"),
    [
        ({}, {"iris1": ("all", "own"), "iris2": ("all",)}),
        ({"peers": ["own"]}, {"iris1": ("own",)}),
        ({"peers": ["gone"]}, {}),
    ],
)
def test_a_node_announces_to_the_peers_of_both_sides(spec: Any, nodes: dict[str, Any]) -> None:
    cluster = Cluster(
        routes(**spec),
        peer("all"),
        peer("own", nodeSelectors=by(rack="a")),
        node("iris1", rack="a"),
        node("iris2"),
        HERE,
    )

    found = cluster.bgp()

    assert {one.node.name: one.peers for one in found.candidates if not one.against} == nodes
    assert all(why == (Against.NO_PEER,) for why in against(found).values())


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ({"localPref": 100}, {"localPref": 100}, False),
        ({"localPref": 100}, {"localPref": 200}, True),
        ({"localPref": 100}, {"localPref": 200, "aggregationLength": 24}, False),
        ({"localPref": 100, "peers": ["p"]}, {"localPref": 200, "peers": ["q"]}, False),
        ({"localPref": 100, "peers": ["p"]}, {"localPref": 200}, True),
        ({"localPref": 100}, {"localPref": 200, "peers": ["p"]}, True),
        ({"localPref": 100, "peers": ["p"]}, {"localPref": 200, "peers": ["q", "p"]}, True),
        ({"localPref": 100, "nodeSelectors": by(rack="a")}, {"localPref": 200}, True),  # on iris1 alone
        (
            {"localPref": 100, "nodeSelectors": by(rack="a")},
            {"localPref": 200, "nodeSelectors": by(rack="b")},
            False,
        ),
    ],
)
def test_two_local_prefs_for_one_route(one: Any, other: Any, clash: bool) -> None:
    cluster = Cluster(
        routes("one", **one), routes("other", **other), node("iris1", rack="a"), node("iris2", rack="b"), HERE
    )

    found = clashing(cluster.found.bgp_advertisements, cluster.found.nodes, frozenset({4}))

    assert bool(found) is clash
    assert bool(against(cluster.bgp())) is clash


@pytest.mark.parametrize(
    ("lengths", "families", "clash"),
    [
        ({"aggregationLength": 24}, {4, 6}, True),  # they have the IPv6 routes in common
        ({"aggregationLengthV6": 64}, {4, 6}, True),
        ({"aggregationLength": 24, "aggregationLengthV6": 64}, {4, 6}, False),
        ({"aggregationLength": 24}, {6}, True),
        ({"aggregationLengthV6": 64}, {6}, False),
        ({"aggregationLengthV6": 64}, {4}, True),
    ],
)
def test_local_prefs_clash_where_a_route_of_the_pool_is_in_both(
    lengths: Any, families: set[int], clash: bool
) -> None:
    found = Cluster(routes("one", localPref=1), routes("other", localPref=2, **lengths), *IRISES).found

    assert bool(clashing(found.bgp_advertisements, found.nodes, frozenset(families))) is clash


def test_one_advertisement_for_a_peer_is_enough() -> None:
    cluster = Cluster(routes("one", peers=["own"]), routes("two", peers=["gone"]), peer("own"), *IRISES, HERE)

    assert [one.peers for one in cluster.bgp().candidates] == [("own",), ("own",)]


def test_a_node_that_is_not_selected_is_not_blamed_for_its_peers() -> None:
    documents = (routes(nodeSelectors=by(rack="a")), peer("all"), node("iris1", rack="a"), node("iris2"))

    assert against(Cluster(*documents, HERE).bgp()) == {"iris2": (Against.NODE_NOT_SELECTED,)}


def test_one_of_several_node_selectors_is_enough() -> None:
    either = [*by(rack="a"), *by(rack="b")]
    nodes = (node("iris1", rack="a"), node("iris2", rack="b"), node("iris3"))

    found = Cluster(l2(nodeSelectors=either), *nodes, HERE).layer2()

    assert against(found) == {"iris3": (Against.NODE_NOT_SELECTED,)}


def test_without_a_sharing_key_service_selectors_refuse_nobody() -> None:
    documents = (l2("chosen", serviceSelectors=by(public="yes")), *IRISES, HERE)

    found = Cluster(*documents, version=NEXT, labels={"public": "yes"}).layer2()

    assert (found.refused_for, found.winner) == ((), "iris2")


@pytest.mark.parametrize("local", [None, "x"])
def test_endpoints_that_are_not_known_are_not_held_against_anybody(local: str | None) -> None:
    found = Cluster(l2(), *IRISES, local=local).layer2()

    assert (found.nodes, against(found)) == (("iris2", "iris1"), {})


def test_a_service_that_shows_nothing_is_not_announced() -> None:
    cluster = Cluster(l2(), *IRISES, HERE, status=())

    assert announced_pool(cluster.state.pools, cluster.service) is None


def test_interfaces_are_those_of_all_advertisements_on_the_node() -> None:
    cluster = Cluster(
        l2("one", interfaces=["eth1"]),
        l2("two", interfaces=["eth0"]),
        l2("three", nodeSelectors=by(rack="b")),
        node("iris1", rack="a"),
        node("iris2", rack="b"),
    )

    wanted = [interfaces_wanted(cluster.found.l2_advertisements, one) for one in cluster.found.nodes]

    assert wanted == [("eth0", "eth1"), ()]
