"""why of a Service with an address: what is read for it beside the rest, and what of that may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.command_line.lab import HELD_BY_VAULT, SHARED, Lab, service
from tests.command_line.program import Program
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi, Json

ONLY_FOR_AN_ADDRESS = ("nodes", "pods", "endpointslices", "l2advertisements", "bgpadvertisements", "bgppeers")
ADVERTISEMENTS = ("l2advertisements", "bgpadvertisements")
STATUSES = ("servicel2statuses", "servicebgpstatuses")


def slice_of(service: str, namespace: str = "shop", ready: bool = True) -> Json:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": namespace,
            "name": f"{service}-1",
            "labels": {"kubernetes.io/service-name": service},
        },
        "ports": [{"port": 8053}],
        "endpoints": [{"addresses": ["10.244.0.9"], "nodeName": "n1", "conditions": {"ready": ready}}],
    }


def objects() -> list[Json]:
    """One node with a speaker, an advertisement for all pools, and what is behind three Services."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "n1"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "namespace": "metallb-system",
                "name": "speaker-x",
                "labels": {"app": "metallb", "component": "speaker"},
            },
            "spec": {"nodeName": "n1"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        },
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "L2Advertisement",
            "metadata": {"namespace": "metallb-system", "name": "all"},
        },
        slice_of("dns-tcp"),
        slice_of("dns-udp"),
        slice_of("vault", "bank", ready=False),
    ]


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        made = Lab(api, program)
        for body in objects():
            api.put(body)
        for namespace, name in (("shop", "dns-tcp"), ("shop", "dns-udp"), ("bank", "vault")):
            api.put({**(body := made.get(name, namespace)), "metadata": {**body["metadata"], "uid": name}})
        yield made


def item_of(lab: Lab, name: str) -> dict[str, Any]:
    document = lab("why", name, "-o", "json").document
    assert broken_promises(document) == []
    (item,) = document["items"]
    found: dict[str, Any] = item
    return found


def codes(item: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in item["findings"]]


def skipped(item: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["because"] for one in item["skipped"]}


def test_who_answers_is_told_of_a_service_with_an_address(lab: Lab) -> None:
    item = item_of(lab, "dns-tcp")

    assert item["addresses"] == [SHARED]
    assert codes(item) == ["SIP605"]
    assert "n1" in item["findings"][0]["message"]
    assert not any(code.startswith("SIP6") for code in skipped(item))


def test_only_the_endpoints_of_the_service_and_its_sharers_are_read(lab: Lab) -> None:
    item_of(lab, "dns-tcp")

    (asked,) = lab.api.asked("/endpointslices")
    assert asked.query["labelSelector"] == "kubernetes.io/service-name in (dns-tcp,dns-udp)"


def test_a_service_of_another_namespace_without_a_ready_pod(lab: Lab) -> None:
    item = item_of(lab, "bank/vault")

    assert item["addresses"] == [HELD_BY_VAULT]
    assert codes(item) == ["SIP604"]


@pytest.mark.parametrize(
    "words", [("why",), ("why", "dot"), ("why", "plain"), ("ls",), ("fix", "plain", "--dry-run=client")]
)
def test_nobody_else_costs_the_cluster_these_requests(lab: Lab, words: tuple[str, ...]) -> None:
    lab(*words)

    # A way has to know whether a sharing key would end an announcement: that stands in these two.
    planned = () if words[0] == "ls" else ADVERTISEMENTS
    for plural in (one for one in ONLY_FOR_AN_ADDRESS + STATUSES if one not in planned):
        assert lab.api.asked(f"/{plural}") == []


def test_a_plan_says_who_will_announce_whom_it_moves(lab: Lab) -> None:
    """Of the endpoints those of the Service that gets an address are read, and no others."""
    lab.api.put(slice_of("dot"))

    document = lab("fix", "dot", "--dry-run=client", "-o", "json").document

    assert [effect["announcedBy"] for effect in document["effects"]] == [{"before": [], "after": ["n1"]}]
    assert not [note for note in document["notes"] if note["code"] == "SIP907"]
    (asked,) = lab.api.asked("/endpointslices")
    assert asked.query["labelSelector"] == "kubernetes.io/service-name in (dot)"
    assert "dot: no address -> 192.0.2.12, announced by n1" in lab("fix", "dot", "--dry-run=client").out


def test_a_plan_without_endpoints_says_that_it_does_not_know(lab: Lab) -> None:
    lab.api.forbidden = {("endpointslices", "*")}

    document = lab("fix", "dot", "--dry-run=client", "-o", "json").document

    assert [effect["announcedBy"] for effect in document["effects"]] == [{"before": None, "after": None}]
    assert [note["code"] for note in document["notes"] if note["code"] == "SIP907"] == ["SIP907"]


def test_a_plan_for_more_than_can_be_named_in_one_request_says_who_announces_too(lab: Lab) -> None:
    many = [f"many-{number:03}" for number in range(101)]
    key = {"metallb.io/allow-shared-ip": "dns"}
    for number, name in enumerate(many):
        lab.api.put(service(name, port=9000 + number, annotations=key, loadBalancerIP=SHARED))
        lab.api.put(slice_of(name))

    document = lab("fix", *many, "--dry-run=client", "-o", "json").document

    nodes = [effect["announcedBy"] for effect in document["effects"] if effect["name"].startswith("many")]
    assert nodes == [{"before": [], "after": ["n1"]}] * 101
    (asked,) = lab.api.asked("/endpointslices")
    assert "labelSelector" not in asked.query


def test_the_way_back_says_who_announces_whom_it_takes_an_address_from(lab: Lab) -> None:
    lab.api.put(slice_of("dot"))
    lab.metallb_gives("dot", SHARED)
    assert lab("fix", "dot", "--yes").status == 0

    back = lab("undo", "--dry-run=client", "-o", "json").document

    assert broken_promises(back) == []
    assert [effect["announcedBy"] for effect in back["effects"]] == [{"before": ["n1"], "after": []}]
    shown = lab("undo", "--dry-run=client").out
    assert f"dot: {SHARED} -> no address (now announced by n1)" in " ".join(shown.split())


def test_the_way_back_to_policy_local_says_who_announces(lab: Lab) -> None:
    lab.api.put(
        service(
            "shut",
            port=99,
            annotations={"metallb.io/allow-shared-ip": "dns"},
            loadBalancerIP=SHARED,
            externalTrafficPolicy="Local",
            healthCheckNodePort=32000,
            selector={"app": "shut"},
        )
    )
    lab.api.put(slice_of("shut"))
    lab.metallb_gives("shut", SHARED)
    assert lab("fix", "shut", "--allow", "policy", "--yes").status == 0
    body = lab.get("shut")
    body["spec"].pop("healthCheckNodePort", None)  # as the API server does under Cluster
    lab.api.put(body)

    back = lab("undo", "--dry-run=client", "-o", "json").document

    paths = [operation["path"] for edit in back["edits"] for operation in edit["operations"]]
    assert paths == ["/spec/externalTrafficPolicy", "/spec/healthCheckNodePort"]
    assert [effect["announcedBy"] for effect in back["effects"]] == [{"before": ["n1"], "after": []}]


@pytest.fixture
def silenced(lab: Lab) -> Lab:
    """Who waits for the address of vault: a key for both would end what layer 2 says of vault."""
    lab.api.put(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "L2Advertisement",
            "metadata": {"namespace": "metallb-system", "name": "all"},
            "spec": {"serviceSelectors": [{}]},
        }
    )
    lab.api.put(slice_of("vault", "bank"))
    lab.api.put(service("late", namespace="bank", port=8200, loadBalancerIP=HELD_BY_VAULT))
    return lab


def test_why_and_fix_ask_for_the_same_leave(silenced: Lab) -> None:
    words = ("late", "-n", "bank", "--metallb-version", "0.16.2", "-o", "json")

    plan = silenced("fix", *words, "--dry-run=client").document
    (item,) = silenced("why", *words).document["items"]

    needs = [way["needs"] for way in plan["alternatives"]]
    told = [one["needs"] for finding in item["findings"] for one in finding["remedies"] if one["needs"]]
    assert ["others", "moves"] in needs
    assert sorted(map(tuple, told)) == sorted(map(tuple, needs))


def test_who_stays_and_falls_silent_is_among_the_effects(silenced: Lab) -> None:
    allowed = ("--allow", "others,moves", "--dry-run=client", "--metallb-version", "0.16.2")

    document = silenced("fix", "late", "-n", "bank", *allowed, "-o", "json").document

    (vault,) = [effect for effect in document["effects"] if effect["name"] == "vault"]
    assert (vault["before"], vault["after"]) == ([HELD_BY_VAULT], [[HELD_BY_VAULT]])
    assert vault["announcedBy"] == {"before": ["n1"], "after": []}
    shown = silenced("fix", "late", "-n", "bank", *allowed).out
    assert "bank/vault: keeps 192.0.2.14, announced by nobody (now by n1)" in " ".join(shown.split())


def test_what_may_not_be_read_is_a_check_that_is_not_made(lab: Lab) -> None:
    lab.api.forbidden = {("nodes", "*"), ("pods", "*")}

    item = item_of(lab, "dns-tcp")

    assert codes(item) == []
    missing = skipped(item)
    assert "nodes" in missing["SIP605"]
    assert "pods" in missing["SIP608"]
    assert "SIP601" not in missing


def test_without_the_speakers_the_winner_is_told_all_the_same(lab: Lab) -> None:
    lab.api.forbidden = {("pods", "*")}

    item = item_of(lab, "dns-tcp")

    assert codes(item) == ["SIP605"]
    assert set(skipped(item)) & {"SIP605", "SIP608"} == {"SIP608"}


def test_a_metallb_that_keeps_no_statuses_limits_nothing(lab: Lab) -> None:
    lab.api.absent = set(STATUSES)

    item = item_of(lab, "dns-tcp")

    assert codes(item) == ["SIP605"]
    assert not any(code.startswith("SIP6") for code in skipped(item))
