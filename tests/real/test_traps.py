"""What looks like a remedy and is none: it is not offered, or only with leave, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tests.real.asking import Json, document, foretold, resource_versions, sharedip
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_EVERY_LEAVE = "unpin,others,policy,moves,owned,unseen"
_SHARED = {"metallb.io/allow-shared-ip": "dns"}


def test_strangers_are_never_put_on_one_address(cluster: RealCluster) -> None:
    """In a full pool no leave is enough: to share is for a person to say."""
    _create(cluster, _pool("192.0.2.10/32"), _service("first", 80))
    _create(cluster, _service("second", 443))
    before = resource_versions(cluster)
    for flags in ((), ("--address", "192.0.2.10")):
        plan = document(cluster, "fix", "second", "--yes", "--allow", _EVERY_LEAVE, *flags, status=1)
        assert (plan["edits"], plan["effects"], plan["result"]) == ([], [], None)
        commands = [alternative["command"] for alternative in plan["alternatives"]]
        assert commands == ["kubectl sharedip fix second -n default --share-with first"]
    assert resource_versions(cluster) == before


def test_who_names_an_address_does_not_come_to_share_it(cluster: RealCluster) -> None:
    """Where there is room the one who was there makes way, and only with leave."""
    _create(cluster, _pool("192.0.2.10-192.0.2.12"), _service("first", 80))
    _create(cluster, _service("second", 443, loadBalancerIP="192.0.2.77"))
    named = ("fix", "second", "--yes", "--address", "192.0.2.10")
    before, addresses = resource_versions(cluster), cluster.addresses()
    for leave in ("others,unpin,policy", "moves"):
        assert document(cluster, *named, "--allow", leave, status=1)["edits"] == []
    assert resource_versions(cluster) == before

    plan = document(cluster, *named, "--allow", "others,moves")
    cluster.settle()
    assert cluster.addresses() == foretold(plan, addresses)
    assert cluster.addresses()["default/second"] == ["192.0.2.10"]
    for one, other in combinations(cluster.addresses().values(), 2):
        assert set(one).isdisjoint(other)


def test_a_named_live_service_is_not_moved(cluster: RealCluster) -> None:
    """It may be edited, being named; that it may be moved has to be said."""
    examples.create(cluster, examples.manifests("classic-conflict"))
    before, addresses = resource_versions(cluster), cluster.addresses()
    leave = ("--allow", "others,policy,owned,unseen")
    plan = document(cluster, "fix", "service-b", "service-a", "--yes", *leave, status=1)
    feasible = {item["name"]: item["feasible"] for item in plan["items"]}
    assert feasible == {"service-a": True, "service-b": False}  # the one has what it is to get
    assert (plan["edits"], plan["result"]) == ([], None)
    assert resource_versions(cluster) == before
    assert cluster.addresses() == addresses


def test_a_key_is_not_renamed_under_live_sharers(cluster: RealCluster) -> None:
    """Whose key is edited leaves the address: so the one who waits takes the key of those who are there."""
    requests = {"loadBalancerIP": "192.0.2.12"}
    _create(cluster, _pool("192.0.2.10-192.0.2.15"), _service("lead", 80, _SHARED, **requests))
    _create(cluster, _service("mate", 443, _SHARED, **requests))
    _create(cluster, _service("late", 853, {"metallb.io/allow-shared-ip": "dot"}, **requests))
    addresses = cluster.addresses()
    plan = document(cluster, "fix", "late", "--yes", "--allow", _EVERY_LEAVE)
    cluster.settle()
    assert [edit["name"] for edit in plan["edits"]] == ["late"]
    assert cluster.addresses() == addresses | {"default/late": ["192.0.2.12"]}


def test_who_would_put_it_back_is_asked_first(cluster: RealCluster) -> None:
    """An operator would revert the edit within seconds: the plan is shown, and not done."""
    owner = {"apiVersion": "lab/v1", "kind": "Database", "name": "orders", "uid": "u", "controller": True}
    late = _service("late", 443, loadBalancerIP="192.0.2.12")
    late["metadata"]["ownerReferences"] = [owner]
    _create(cluster, _pool("192.0.2.10-192.0.2.15"))
    _create(cluster, _service("lead", 80, _SHARED, loadBalancerIP="192.0.2.12"), late)
    before = resource_versions(cluster)
    plan = document(cluster, "fix", "late", "--yes", status=1)
    assert (plan["edits"], plan["result"]) == ([], None)
    assert "owned" in plan["alternatives"][0]["needs"]
    assert resource_versions(cluster) == before


def test_forty_pending_and_yes_without_all_change_nothing(cluster: RealCluster) -> None:
    """All of them are edited where --all says so, and each gets what was foretold for it."""
    waiting = [_service(f"s{number:02}", 80, loadBalancerIP="192.0.2.99") for number in range(40)]
    _create(cluster, _pool("192.0.2.0/26"))
    _create(cluster, *waiting)
    before, addresses = resource_versions(cluster), cluster.addresses()
    leave = ("--allow", "unpin")
    refused = sharedip(cluster, "fix", "--yes", *leave)
    assert refused.returncode == 2
    assert "--all" in refused.stderr
    shown = document(cluster, "fix", *leave, status=1)
    assert len(shown["edits"]) == len(waiting)
    cluster.settle()
    assert resource_versions(cluster) == before

    plan = document(cluster, "fix", "--yes", "--all", *leave)
    cluster.settle()
    assert plan["result"]["verified"]
    assert cluster.addresses() == foretold(plan, addresses)
    assert len({address for (address,) in cluster.addresses().values()}) == len(waiting)


def _create(cluster: RealCluster, *documents: Json) -> None:
    for one in _in_order(documents):
        if one["kind"] == "Service":
            path = "/api/v1/namespaces/default/services"
        else:
            path = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
        cluster.request("POST", path, one)
        if one["kind"] != "Service":
            cluster.settle()
    cluster.settle()


def _in_order(documents: tuple[Json, ...]) -> Iterator[Json]:
    yield from (one for one in documents if one["kind"] != "Service")
    yield from (one for one in documents if one["kind"] == "Service")


def _pool(addresses: str) -> Json:
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "lab", "namespace": "metallb-system"},
        "spec": {"addresses": [addresses]},
    }


def _service(name: str, port: int, annotations: Json | None = None, **spec: object) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations or {}},
        "spec": {"type": "LoadBalancer", "ports": [{"port": port}], **spec},
    }
