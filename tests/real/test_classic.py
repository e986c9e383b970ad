"""The classic cluster on each MetalLB: what the plugin says is what kubectl shows and MetalLB did."""

from __future__ import annotations

import pytest

from tests.real.asking import document, foretold, name_of, seen_by_kubectl, sharedip
from tests.real.pending import CASES, check_reason
from tests.realcluster import examples, parts
from tests.realcluster.cluster import RealCluster

_KEYS = tuple(f"{prefix}/allow-shared-ip" for prefix in ("metallb.io", "metallb.universe.tf"))
_CONFLICT = next(case for case in CASES if case.example == "classic-conflict")


@pytest.mark.parametrize("metallb_version", parts.METALLB_VERSIONS)
def test_ls_agrees_with_kubectl(cluster: RealCluster, metallb_version: str) -> None:
    examples.create(cluster, examples.manifests("classic"))
    assert cluster.addresses() == {
        "default/web-http": ["192.168.1.200"],
        "default/web-https": ["192.168.1.200"],
        "default/api-gateway": ["192.168.1.201"],
        "default/monitoring-dashboard": ["192.168.1.201"],
        "default/service-a": ["192.168.1.202"],
        "default/service-b": ["192.168.1.203"],
        "default/dns-tcp": ["192.168.1.205"],
        "default/dns-udp": ["192.168.1.205"],
    }
    _compare(cluster, metallb_version)
    table = sharedip(cluster, "ls", "--no-headers").stdout.splitlines()
    rows = [line.split()[:4] for line in table]
    listed = [
        [ingress["ip"], _key(item), name_of(item["metadata"]), ",".join(_ports(item))]
        for item in seen_by_kubectl(cluster)
        for ingress in item["status"]["loadBalancer"]["ingress"]
    ]
    assert sorted(rows) == sorted(listed)


# The newest has it in test_pending.py.
@pytest.mark.parametrize("metallb_version", parts.METALLB_VERSIONS[1:])
def test_the_pinned_port_clash(cluster: RealCluster, metallb_version: str) -> None:
    examples.create(cluster, examples.manifests("classic-conflict"))
    _compare(cluster, metallb_version)
    check_reason(cluster, _CONFLICT)
    before = cluster.addresses()

    plan = document(cluster, "fix", "service-b", "--allow", "unpin", "--yes")

    cluster.settle()
    assert cluster.addresses() == foretold(plan, before)
    assert cluster.addresses()["default/service-b"] == ["192.168.1.203"]
    assert plan["result"]["verified"]


def _compare(cluster: RealCluster, metallb_version: str) -> None:
    """Holds all of ``ls`` against all that kubectl shows, and its MetalLB against the one that runs."""
    answer = document(cluster, "ls", "-A")
    assert answer["source"]["metallb"] == [
        {
            "namespace": "metallb-system",
            "lbClass": None,
            "version": metallb_version,
            "exact": True,
            "how": "image",
        }
    ]
    sharers: dict[str, set[str]] = {}
    waiting = set()
    for item in seen_by_kubectl(cluster):
        name = name_of(item["metadata"])
        addresses = [entry["ip"] for entry in item["status"]["loadBalancer"].get("ingress", [])]
        for address in addresses:
            sharers.setdefault(address, set()).add(name)
        if not addresses:
            waiting.add(name)
    listed = {item["address"]: {name_of(one) for one in item["services"]} for item in answer["items"]}
    assert listed == sharers
    assert {name_of(one) for one in answer["pending"]} == waiting
    assert {item["address"] for item in answer["items"] if item["shared"]} == {
        address for address, names in sharers.items() if len(names) > 1
    }
    forms = [one for item in answer["items"] for one in item["services"]] + answer["pending"]
    shown = {name_of(one): (one["key"] or "-", one["ports"]) for one in forms}
    assert shown == {
        name_of(item["metadata"]): (_key(item), _ports(item)) for item in seen_by_kubectl(cluster)
    }
    assert answer["notHandled"] == []
    assert answer["notes"] == []


def _key(item: dict[str, dict[str, dict[str, str]]]) -> str:
    annotations = item["metadata"].get("annotations", {})
    return next((annotations[name] for name in _KEYS if name in annotations), "-")


def _ports(item: dict[str, dict[str, list[dict[str, str]]]]) -> list[str]:
    return [f"{port['port']}/{port['protocol']}" for port in item["spec"]["ports"]]
