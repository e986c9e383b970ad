"""Documents that decide who answers for an address, well written and badly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.intake_room, however pytest was started

from kubectl_sharedip.intake.announcing import read_announcing
from kubectl_sharedip.model.announcement import Announcing, EndpointSlice
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.model.snapshot import Note

Json = dict[str, Any]
WEB = ServiceName("shop", "web")


def read(*bodies: Json) -> tuple[Announcing, list[str]]:
    """What is read of the documents, and the fields of which a note was made."""
    notes: list[Note] = []
    documents = [RawDocument(body=body, origin=Origin()) for body in bodies]
    found = read_announcing(documents, notes, "shop", "metallb-system")
    return found, [note.values["field"] for note in notes]


def slice_of_web(**fields: Any) -> Json:
    labels = {"kubernetes.io/service-name": "web"}
    return {"kind": "EndpointSlice", "metadata": {"name": "web-1", "labels": labels}, **fields}


def only_slice(found: Announcing) -> EndpointSlice:
    (one,) = found.slices[WEB]
    return one


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"ipAddressPools": "lab"}, "spec.ipAddressPools"),
        ({"ipAddressPools": [1]}, "spec.ipAddressPools[0]"),
        ({"nodeSelectors": ["all"]}, "spec.nodeSelectors[0]"),
        ({"nodeSelectors": [{"matchLabels": {"a": 1}}]}, 'spec.nodeSelectors[0].matchLabels["a"]'),
        ({"interfaces": {}}, "spec.interfaces"),
        ({"preferredNodeSelectors": [7]}, "spec.preferredNodeSelectors[0]"),
        ({"preferredNodeSelectors": [{"weight": "9"}]}, "spec.preferredNodeSelectors[0].weight"),
    ],
)
def test_a_field_that_cannot_be_read_is_noted_and_costs_no_other_object(spec: Json, field: str) -> None:
    found, noted = read(
        {"kind": "L2Advertisement", "metadata": {"name": "bad"}, "spec": spec},
        {"kind": "L2Advertisement", "metadata": {"name": "good"}, "spec": {"ipAddressPools": ["lab"]}},
    )

    assert [one.name for one in found.l2_advertisements] == ["bad", "good"]
    assert found.l2_advertisements[1].pools == ("lab",)
    assert noted == [field]


@pytest.mark.parametrize("kind", ["L2Advertisement", "BGPPeer", "Node", "EndpointSlice", "Pod"])
def test_what_has_no_name_is_left_out_with_a_note(kind: str) -> None:
    found, noted = read({"kind": kind, "metadata": {}})

    assert found == Announcing()
    assert noted == ["metadata.name"]


def test_lengths_that_are_not_given_are_whole_addresses() -> None:
    found, noted = read({"kind": "BGPAdvertisement", "metadata": {"name": "a"}})

    (one,) = found.bgp_advertisements
    assert (one.namespace, one.aggregation_length, one.aggregation_length_v6, one.local_pref) == (
        "metallb-system",
        32,
        128,
        0,
    )
    assert noted == []


def test_of_an_object_that_stands_twice_the_last_counts() -> None:
    twice = [
        {"kind": "Node", "metadata": {"name": "n", "labels": {"rack": rack}, "namespace": namespace}}
        for rack, namespace in (("a", "x"), ("b", "y"))
    ]

    assert [dict(one.labels) for one in read(*twice)[0].nodes] == [{"rack": "b"}]


def test_conditions_of_a_node() -> None:
    conditions = [{"type": "Ready", "status": "Unknown"}, {"type": "NetworkUnavailable", "status": "True"}]
    found, _ = read(
        {"kind": "Node", "metadata": {"name": "n1"}, "status": {"conditions": conditions}},
        {"kind": "Node", "metadata": {"name": "n2"}},
    )

    assert [(one.ready, one.network_unavailable) for one in found.nodes] == [(False, True), (None, False)]


@pytest.mark.parametrize(
    ("labels", "is_speaker"),
    [
        ({"app": "metallb", "component": "speaker"}, True),
        ({"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "speaker"}, True),
        ({"app": "metallb", "component": "controller"}, False),
        ({"app": "web"}, False),
    ],
)
def test_a_speaker_is_known_by_the_labels_of_either_installer(labels: Json, is_speaker: bool) -> None:
    found, _ = read({"kind": "Pod", "metadata": {"name": "p", "labels": labels}})

    assert bool(found.speakers) is is_speaker


def test_a_speaker_that_is_being_deleted_is_not_ready() -> None:
    labels = {"app": "metallb", "component": "speaker"}
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    leaving = {"name": "b", "labels": labels, "deletionTimestamp": "2026-01-01T00:00:00Z"}
    found, _ = read(
        {"kind": "Pod", "metadata": {"name": "a", "labels": labels}, "status": status},
        {"kind": "Pod", "metadata": leaving, "status": status},
    )

    assert [one.ready for one in found.speakers] == [True, False]


def test_an_endpoint_is_named_by_what_is_behind_it() -> None:
    target = {"kind": "Pod", "namespace": "shop", "name": "web-x"}
    found, noted = read(
        slice_of_web(
            ports=[{"name": "http", "port": 80}, {"port": 81}],
            endpoints=[
                {"addresses": ["10.0.0.2"], "nodeName": "n1", "targetRef": target},
                {"addresses": ["10.0.0.1"], "conditions": {"ready": False, "serving": True}},
            ],
        )
    )

    one = only_slice(found)
    assert one.ports == ("http", "")
    assert [(e.pod, e.node, e.ready, e.serving) for e in one.endpoints] == [
        ("10.0.0.1", None, False, True),
        ("shop/web-x", "n1", None, None),
    ]
    assert noted == []


def test_a_condition_that_is_no_boolean_is_noted() -> None:
    found, noted = read(slice_of_web(endpoints=[{"addresses": ["10.0.0.1"], "conditions": {"ready": "yes"}}]))

    assert len(only_slice(found).endpoints) == 1
    assert noted == ["endpoints.conditions.ready"]


def test_a_slice_of_no_service_is_passed_over() -> None:
    found, noted = read({"kind": "EndpointSlice", "metadata": {"name": "own"}, "endpoints": []})

    assert (dict(found.slices), noted) == ({}, [])


def test_a_status_that_names_no_service_says_nothing() -> None:
    status = {"node": "n1", "serviceName": "web", "serviceNamespace": "shop"}
    found, _ = read(
        {"kind": "ServiceL2Status", "metadata": {"name": "l2-b"}, "status": status},
        {"kind": "ServiceL2Status", "metadata": {"name": "web-n1"}, "status": {"node": "n1"}},
    )

    assert [one.name for one in found.announced[WEB]] == ["l2-b"]


def test_source_ranges_of_the_field_and_of_the_annotation() -> None:
    annotation = "service.beta.kubernetes.io/load-balancer-source-ranges"
    annotated = {"name": "b", "annotations": {annotation: " 10.0.0.0/8, ,192.0.2.0/24 "}}
    found, noted = read(
        {
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"loadBalancerSourceRanges": ["10.0.0.0/8"]},
        },
        {"kind": "Service", "metadata": annotated, "spec": {"ports": "none"}},
        {"kind": "Service", "metadata": {"name": "c"}, "spec": {"loadBalancerSourceRanges": "all"}},
    )

    assert {name.name: one.ranges for name, one in found.source_ranges.items()} == {
        "web": ("10.0.0.0/8",),
        "b": ("10.0.0.0/8", "192.0.2.0/24"),
    }
    assert noted == ["spec.loadBalancerSourceRanges"]  # all else is told of where the Service is read


def test_a_node_has_its_internal_addresses() -> None:
    addresses = [
        {"type": "InternalIP", "address": "192.0.2.1"},
        {"type": "ExternalIP", "address": "198.51.100.1"},
        {"type": "InternalIP", "address": "2001:db8::1"},
        {"type": "InternalIP"},
        "nonsense",
    ]
    found, _ = read({"kind": "Node", "metadata": {"name": "n1"}, "status": {"addresses": addresses}})

    assert [node.addresses for node in found.nodes] == [("192.0.2.1", "2001:db8::1")]
