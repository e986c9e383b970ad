"""why of a Service with an address: what is read for it beside the rest, and what of that may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.command_line.lab import HELD_BY_VAULT, SHARED, Lab
from tests.command_line.program import Program
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi, Json

ONLY_FOR_AN_ADDRESS = ("nodes", "pods", "endpointslices", "l2advertisements", "bgpadvertisements", "bgppeers")
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
    "words", [("why",), ("why", "dot"), ("why", "plain"), ("ls",), ("fix", "dot", "--dry-run=client")]
)
def test_nobody_else_costs_the_cluster_these_requests(lab: Lab, words: tuple[str, ...]) -> None:
    lab(*words)

    # A plan has to know whether a sharing key would end an announcement: that stands in these two.
    planned = ("l2advertisements", "bgpadvertisements") if words[0] == "fix" else ()
    for plural in (one for one in ONLY_FOR_AN_ADDRESS + STATUSES if one not in planned):
        assert lab.api.asked(f"/{plural}") == []


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
