"""Reading a cluster: what is asked, what comes out, and what is told to be missing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.read import cluster_uid, get_service, read_cluster
from kubectl_sharedip.cluster.resources import RESOURCES
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster
from tests.fakeapi import FakeApi, Fault, Json

Connect = Callable[..., Connection]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def body(kind: str, name: str, namespace: str | None = None, **more: Any) -> Json:
    version = {"IPAddressPool": "metallb.io/v1beta1", "Deployment": "apps/v1", "DaemonSet": "apps/v1"}
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("metadata", {})}
    return {"apiVersion": version.get(kind, "v1"), "kind": kind, "metadata": metadata, **more}


def service(namespace: str, name: str, kind: str = "LoadBalancer", **metadata: Any) -> Json:
    return body("Service", name, namespace, spec={"type": kind}, metadata=metadata)


def names(cluster: RawCluster, kind: str = "Service") -> list[str]:
    found = (document.body for document in cluster.documents if document.body["kind"] == kind)
    return [f"{b['metadata'].get('namespace', '')}/{b['metadata']['name']}" for b in found]


def test_documents_are_whole_sorted_and_from_all_namespaces(to: Connect) -> None:
    objects = [
        service("shop", "web"),
        service("default", "dns"),
        body("Namespace", "shop", metadata={"labels": {"env": "prod"}}),
        body("IPAddressPool", "lan", "metallb-system", spec={"addresses": ["192.0.2.0/28"]}),
    ]
    with FakeApi(objects) as api:
        connection = to(api)
        cluster = read_cluster(connection, ["version", "ipaddresspools", "services", "namespaces"])

    assert [
        (d.body["apiVersion"], d.body["kind"], d.body["metadata"]["name"]) for d in cluster.documents
    ] == [
        ("v1", "Service", "dns"),
        ("v1", "Service", "web"),
        ("metallb.io/v1beta1", "IPAddressPool", "lan"),
        ("v1", "Namespace", "shop"),
    ]
    assert {document.origin for document in cluster.documents} == {Origin()}
    assert cluster.read == {"version", "services", "ipaddresspools", "namespaces"}
    assert cluster.not_read == ()
    assert (cluster.context, cluster.server, cluster.kubernetes) == ("fake", api.url, "v1.34.1")
    assert cluster.files == ()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", cluster.taken_at or "")


def test_only_what_is_wanted_is_asked_for(to: Connect) -> None:
    with FakeApi() as api:
        read_cluster(to(api), ["services", "events"])

    assert {(r.path, r.query["fieldSelector"]) for r in api.requests} == {
        ("/api/v1/services", "spec.type=LoadBalancer"),
        ("/api/v1/events", "involvedObject.kind=Service"),
    }
    with pytest.raises(ValueError, match="not in the table of resources: unicorns"):
        read_cluster(connect(ConnectionRequest(server="http://127.0.0.1:1")), ["unicorns"])


@pytest.mark.parametrize("knows_service_type", [True, False])
def test_only_load_balancers_come_whatever_the_server_can_select(
    to: Connect, knows_service_type: bool
) -> None:
    objects = [service("a", "lb"), service("a", "internal", "ClusterIP"), service("b", "lb")]
    with FakeApi(objects, knows_service_type=knows_service_type) as api:
        cluster = read_cluster(to(api), ["services"])

    assert names(cluster) == ["a/lb", "b/lb"]
    assert cluster.read == {"services"}
    assert len(api.requests) == (1 if knows_service_type else 2)


@pytest.mark.parametrize(("size", "pages"), [(2, 3), (500, 1), (0, 1)])
def test_lists_come_page_by_page(to: Connect, size: int, pages: int) -> None:
    with FakeApi([service("a", f"s{n}") for n in range(5)]) as api:
        cluster = read_cluster(to(api, chunk_size=size), ["services"])

    assert names(cluster) == [f"a/s{n}" for n in range(5)]
    assert len(api.requests) == pages
    assert [r.query.get("limit") for r in api.requests] == [str(size) if size else None] * pages


def test_a_list_that_expires_between_pages_is_read_again_in_one_piece(to: Connect) -> None:
    with FakeApi([service("a", f"s{n}") for n in range(5)]) as api:
        api.fail("services", Fault(), times=1)
        api.fail("services", Fault(status=410, body=b'{"message": "too old", "reason": "Expired"}'))
        cluster = read_cluster(to(api, chunk_size=2), ["services"])

    assert names(cluster) == [f"a/s{n}" for n in range(5)]
    assert ["continue" in r.query for r in api.requests] == [False, True, False]
    assert api.requests[-1].query.get("limit") is None


def test_bookkeeping_of_editors_is_dropped(to: Connect) -> None:
    heavy: Json = {
        "managedFields": [{"manager": "kubectl", "fieldsV1": {}}],
        "annotations": {LAST_APPLIED: "{}", "a": "b"},
    }
    only: Json = {"annotations": {LAST_APPLIED: "{}"}}
    with FakeApi([service("a", "both", **heavy), service("a", "only", **only)]) as api:
        both, only_body = (d.body for d in read_cluster(to(api), ["services"]).documents)
        alone = get_service(to(api), "a", "both")

    assert both["metadata"]["annotations"] == {"a": "b"}
    assert both["metadata"]["managedFields"] == [{"manager": "kubectl"}]
    assert "annotations" not in only_body["metadata"]
    assert alone == both


def test_an_empty_list_may_have_no_items_at_all(to: Connect) -> None:
    with FakeApi() as api:
        empty = b'{"kind": "ServiceList", "apiVersion": "v1", "metadata": {}, "items": null}'
        api.fail("services", Fault(status=200, body=empty))
        cluster = read_cluster(to(api), ["services"])

    assert cluster.documents == ()
    assert cluster.read == {"services"}


def test_metallb_is_found_by_the_labels_of_manifests_and_of_the_chart(to: Connect) -> None:
    manifests = {"app": "metallb", "component": "controller"}
    chart = {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "controller"}
    objects = [
        body("Deployment", "by-manifests", "metallb-system", metadata={"labels": manifests}),
        body("Deployment", "by-chart", "lb", metadata={"labels": chart}),
        body("Deployment", "by-both", "lb", metadata={"labels": manifests | chart}),
        body("Deployment", "other", "lb", metadata={"labels": {"app": "metallb", "component": "speaker"}}),
    ]
    with FakeApi(objects) as api:
        cluster = read_cluster(to(api), ["metallb-deployments"])

    assert names(cluster, "Deployment") == ["lb/by-both", "lb/by-chart", "metallb-system/by-manifests"]
    assert cluster.read == {"deployments"}


def test_definitions_are_read_one_by_one(to: Connect) -> None:
    objects = [
        body("CustomResourceDefinition", name)
        for name in ("ipaddresspools.metallb.io", "bgppeers.metallb.io", "gateways.example.org")
    ]
    with FakeApi(objects) as api:
        cluster = read_cluster(to(api), ["crds"])

    kind = "CustomResourceDefinition"
    assert names(cluster, kind) == ["/bgppeers.metallb.io", "/ipaddresspools.metallb.io"]
    assert cluster.read == {"customresourcedefinitions"}


def test_what_is_absent_or_fails_or_is_forbidden_is_told(to: Connect) -> None:
    with FakeApi([service("a", "lb")], absent=["bgppeers"], forbidden=[("nodes", None)]) as api:
        api.fail("namespaces", Fault(status=500, body=b'{"message": "etcd"}'))
        cluster = read_cluster(to(api), ["services", "bgppeers", "nodes", "namespaces"])

    assert names(cluster) == ["a/lb"]
    assert cluster.read == {"services"}
    assert cluster.not_read == (
        NotRead(resource="bgppeers", reason="absent"),
        NotRead(resource="namespaces", reason="failed"),
        NotRead(resource="nodes", reason="forbidden"),
    )


def test_without_rights_on_the_cluster_the_current_namespace_is_read(to: Connect) -> None:
    objects = [service("mine", "web"), service("theirs", "web")]
    event = body("Event", "e1", "mine", involvedObject={"kind": "Service", "name": "web"})
    closed = [("services", None), ("events", "*")]
    with FakeApi([*objects, event], forbidden=closed) as api:
        cluster = read_cluster(to(api, namespace="mine"), ["services", "events"])

    assert names(cluster) == ["mine/web"]
    assert names(cluster, "Event") == []
    assert cluster.read == frozenset()
    assert cluster.not_read == (
        NotRead(resource="events", reason="forbidden"),
        NotRead(resource="events", namespace="mine", reason="forbidden"),
        NotRead(resource="services", reason="forbidden"),
    )


def test_pools_may_be_readable_in_metallbs_namespace_only(to: Connect) -> None:
    objects = [body("IPAddressPool", "lan", "lb"), body("IPAddressPool", "usual", "metallb-system")]
    with FakeApi(objects, forbidden=[("ipaddresspools", None)]) as api:
        usual = read_cluster(to(api), ["ipaddresspools"])
        named = read_cluster(to(api), ["ipaddresspools"], metallb_namespace="lb")

    assert names(usual, "IPAddressPool") == ["metallb-system/usual"]
    assert names(named, "IPAddressPool") == ["lb/lan"]
    assert named.not_read == (NotRead(resource="ipaddresspools", reason="forbidden"),)
    assert named.read == usual.read == {"ipaddresspools"}


def test_pools_that_may_not_even_be_read_in_metallbs_namespace_are_not_read(to: Connect) -> None:
    closed = [("ipaddresspools", None), ("ipaddresspools", "metallb-system")]
    with FakeApi([body("IPAddressPool", "usual", "metallb-system")], forbidden=closed) as api:
        cluster = read_cluster(to(api), ["ipaddresspools"])

    assert (cluster.documents, cluster.read) == ((), frozenset())
    assert [gap.namespace for gap in cluster.not_read] == [None, "metallb-system"]


def test_without_any_services_there_is_no_answer(to: Connect) -> None:
    with FakeApi(forbidden=[("services", "*")], user="jane") as api, pytest.raises(ClusterError) as caught:
        read_cluster(to(api), ["services", "namespaces"])

    assert caught.value.kind == "forbidden"
    assert 'User "jane" cannot list resource "services"' in caught.value.what
    assert caught.value.what.endswith("at the cluster scope")


@pytest.mark.parametrize("status", [500, 404])
def test_services_that_fail_are_no_empty_cluster(to: Connect, status: int) -> None:
    with FakeApi() as api:
        api.fail("services", Fault(status=status, body=b"no"))
        with pytest.raises(ClusterError) as caught:
            read_cluster(to(api), ["services", "namespaces"])
    assert caught.value.status == status


def test_a_server_that_knows_nobody_ends_it(to: Connect) -> None:
    with FakeApi(token="right") as api, pytest.raises(ClusterError) as caught:
        read_cluster(connect(ConnectionRequest(server=api.url, token="wrong")), ["namespaces", "nodes"])
    assert caught.value.kind == "unauthorized"

    with pytest.raises(ClusterError) as caught:
        read_cluster(connect(ConnectionRequest(server="http://127.0.0.1:1")), ["nodes", "version"])
    assert caught.value.kind == "unreachable"


def test_a_slow_resource_does_not_hold_up_an_error(to: Connect) -> None:
    with FakeApi(forbidden=[("services", "*")]) as api:
        api.fail("nodes", Fault(delay_s=5))
        connection = to(api)
        started = time.monotonic()
        with pytest.raises(ClusterError):
            read_cluster(connection, ["nodes", "services"])
        assert time.monotonic() - started < 3


def test_lists_are_made_side_by_side(to: Connect) -> None:
    slow = ["nodes", "namespaces", "ipaddresspools", "l2advertisements"]
    with FakeApi() as api:
        for plural in slow:
            api.fail(plural, Fault(delay_s=0.3))
        connection = to(api)
        started = time.monotonic()
        assert read_cluster(connection, slow).read == set(slow)
        assert time.monotonic() - started < 0.9


def test_every_row_of_the_table_can_be_read(to: Connect) -> None:
    with FakeApi() as api:
        cluster = read_cluster(to(api), RESOURCES)

    assert cluster.not_read == ()
    assert cluster.read == {row.plural for row in RESOURCES.values()}


def test_a_service_of_any_type_is_found_by_name(to: Connect) -> None:
    with FakeApi([service("a", "internal", "ClusterIP")], forbidden=[("services", "b")]) as api:
        connection = to(api)
        found = get_service(connection, "a", "internal")
        assert found is not None
        assert (found["kind"], found["spec"]["type"]) == ("Service", "ClusterIP")
        assert get_service(connection, "a", "nobody") is None
        with pytest.raises(ClusterError) as caught:
            get_service(connection, "b", "web")
    assert caught.value.kind == "forbidden"


def test_a_cluster_is_known_by_kube_system(to: Connect) -> None:
    with FakeApi([body("Namespace", "kube-system", metadata={"uid": "u-1"})]) as api:
        assert cluster_uid(to(api)) == "u-1"
        api.forbidden.add(("namespaces", None))
        assert cluster_uid(to(api)) is None
