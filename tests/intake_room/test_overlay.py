"""Manifests laid over live objects: what is merged, what is taken whole, what is taken away."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.intake_room, however pytest was started

from kubectl_sharedip.intake.overlay import Applied, lay_over
from kubectl_sharedip.intake.owned import applied_before
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument

Json = dict[str, Any]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def cluster(*bodies: Json) -> RawCluster:
    documents = tuple(RawDocument(body=body, origin=Origin()) for body in bodies)
    return RawCluster(documents=documents, read=frozenset(), not_read=(), taken_at=None)


def applied(live: list[Json], manifests: list[Json], **owners: Json) -> Applied:
    """Of the manifests over the live objects; ``owners`` are live Services with who set which field."""
    return lay_over(
        cluster(*live),
        cluster(*manifests),
        applied={("shop", name): applied_before(body) for name, body in owners.items()},
        namespace="shop",
        metallb_namespace="metallb-system",
        families=("ipv4", "ipv6"),
    )


def service(spec: Json, **metadata: Any) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", **metadata},
        "spec": spec,
    }


def after(live: Json, manifest: Json) -> Json:
    return dict(applied([live], [manifest]).services[0].body)


def test_maps_are_merged_and_lists_and_selectors_are_not() -> None:
    live = service(
        {
            "selector": {"a": "1", "b": "2"},
            "sessionAffinityConfig": {"clientIP": {}},
            "externalIPs": ["x", "y"],
        },
        annotations={"a": "1"},
        labels={"l": "1"},
    )
    manifest = service(
        {"selector": {"a": "3"}, "sessionAffinityConfig": {"other": 1}, "externalIPs": ["z"]},
        annotations={"b": "2"},
        labels={"l": "2"},
    )

    merged = after(live, manifest)

    assert merged["metadata"]["annotations"] == {"a": "1", "b": "2"}
    assert merged["metadata"]["labels"] == {"l": "2"}
    assert merged["spec"] == {
        "selector": {"a": "3"},
        "sessionAffinityConfig": {"clientIP": {}, "other": 1},
        "externalIPs": ["z"],
    }


def test_ports_are_merged_by_number_and_protocol() -> None:
    live = service({"ports": [{"port": 53, "protocol": "UDP", "nodePort": 1}, {"port": 80, "nodePort": 2}]})
    manifest = service({"ports": [{"port": 80, "protocol": "TCP", "name": "web"}, {"port": 53}]})

    assert after(live, manifest)["spec"]["ports"] == [
        {"port": 53, "protocol": "UDP", "nodePort": 1},
        {"port": 80, "nodePort": 2, "protocol": "TCP", "name": "web"},
        {"port": 53},
    ]


def test_what_an_export_carries_along_is_not_applied() -> None:
    live = service({"type": "LoadBalancer"}, uid="u1", resourceVersion="7", annotations={"a": "1"})
    live["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}
    manifest = service(
        {"type": "LoadBalancer"},
        uid="old",
        resourceVersion="1",
        creationTimestamp="2020-01-01T00:00:00Z",
        managedFields=[],
        annotations={LAST_APPLIED: "{}"},
    )
    manifest["status"] = {"loadBalancer": {}}

    laid = applied([live], [manifest])

    assert laid.services[0].body == live
    assert laid.unchanged == (True,)


def test_nothing_that_was_given_is_mutated() -> None:
    live = service({"ports": [{"port": 80}]}, annotations={"a": "1"})
    manifest = service({"ports": [{"port": 81}]}, annotations={"b": "1"})
    before = copy.deepcopy((live, manifest))

    applied([live], [manifest], web={**live, "metadata": {**live["metadata"], "annotations": {}}})

    assert (live, manifest) == before


def test_null_takes_a_field_away() -> None:
    live = service({"type": "LoadBalancer", "loadBalancerIP": "192.0.2.1"})

    assert after(live, service({"loadBalancerIP": None}))["spec"] == {"type": "LoadBalancer"}


def test_each_manifest_of_an_object_is_laid_over_the_one_before() -> None:
    """The second has no key any more, and who applies it is who applied the first."""
    live = service({"type": "LoadBalancer"}, annotations={"theirs": "1"})
    first, second = service({}, annotations={"k": "1"}), service({}, annotations={"m": "1"})

    laid = applied([live], [first, second])

    assert [one.body["metadata"]["annotations"] for one in laid.services] == [
        {"theirs": "1", "k": "1"},
        {"theirs": "1", "m": "1"},
    ]
    assert len(laid.repeated) == 1
    assert len(laid.cluster.documents) == 1


def test_objects_without_a_name_are_not_one() -> None:
    nameless: Json = {"apiVersion": "v1", "kind": "Service", "metadata": {}, "spec": {"type": "LoadBalancer"}}

    laid = applied([], [nameless, nameless])

    assert len(laid.cluster.documents) == 2
    assert (laid.services, laid.repeated) == ((), ())


def test_pools_without_a_namespace_are_metallbs_and_services_those_of_the_context() -> None:
    pool: Json = {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": {"name": "p"}}

    laid = applied([], [{**pool, "spec": {}}, {**service({}), "metadata": {"name": "web"}}])

    namespaces = [document.body["metadata"]["namespace"] for document in laid.cluster.documents]
    assert namespaces == ["metallb-system", "shop"]


@pytest.mark.parametrize(
    ("policy", "ips", "then"),
    [
        ("PreferDualStack", ["10.96.0.1"], ["IPv4", "IPv6"]),
        ("RequireDualStack", ["fd00::1"], ["IPv6", "IPv4"]),
        ("SingleStack", ["10.96.0.1", "fd00::1"], ["IPv4"]),
        ("PreferDualStack", ["10.96.0.1", "fd00::1"], None),
        ("PreferDualStack", ["None"], None),
    ],
)
def test_a_changed_family_policy_changes_the_cluster_ips(
    policy: str, ips: list[str], then: list[str] | None
) -> None:
    spec = after(service({"clusterIPs": ips}), service({"ipFamilyPolicy": policy}))["spec"]

    assert spec.get("ipFamilies") == then
    if then is not None:
        assert ["IPv6" if ":" in ip else "IPv4" for ip in spec["clusterIPs"]] == then
        assert spec["clusterIPs"][0] == ips[0]


# What an earlier apply has set


def owned_by(*managers: tuple[str, str, Json]) -> Json:
    entries = [{"manager": name, "operation": how, "fieldsV1": fields} for name, how, fields in managers]
    return service({}, managedFields=entries)


KEYED: Json = {"f:metadata": {"f:annotations": {".": {}, "f:k": {}}}}


def test_what_one_applier_owns_alone_was_applied() -> None:
    spec: Json = {
        "f:spec": {"f:type": {}, "f:clusterIP": {}, "f:ports": {'k:{"port":80,"protocol":"UDP"}': {}}}
    }

    assert applied_before(owned_by(("kubectl", "Apply", {**KEYED, **spec}))) == {
        ("metadata", "annotations", "k"),
        ("spec", "type"),
        ("spec", "ports", "80/UDP"),
    }


@pytest.mark.parametrize(
    "others",
    [
        [("hand", "Update", KEYED)],
        [("argocd", "Apply", {})],
    ],
)
def test_what_others_own_too_or_who_knows_whom_stays(others: list[tuple[str, str, Json]]) -> None:
    assert applied_before(owned_by(("kubectl", "Apply", KEYED), *others)) == frozenset()


def test_what_kubectl_noted_down_was_applied_whoever_owns_it() -> None:
    noted = json.dumps(
        {"metadata": {"labels": {"l": "1"}}, "spec": {"ports": [{"port": 80}], "selector": {}}}
    )

    assert applied_before(service({}, annotations={LAST_APPLIED: noted})) == {
        ("metadata", "labels", "l"),
        ("spec", "ports", "80/TCP"),
        ("spec", "selector"),
    }
    assert applied_before(service({}, annotations={LAST_APPLIED: "{"})) == frozenset()


@pytest.mark.parametrize("key", ["k:", "k:{", "k:[]", 'k:{"port":{}}', "k:" + "[" * 100_000])
def test_an_account_that_cannot_be_read_costs_nothing_else(key: str) -> None:
    account = ("kubectl", "Apply", {**KEYED, "f:spec": {"f:ports": {key: {}}}})
    assert ("metadata", "annotations", "k") in applied_before(owned_by(account))
