"""``probe`` on a real API server: MetalLB gives out addresses of loopback, and real listeners are there.

No kubelet and no speaker runs, so the pods behind the Services and the nodes are what the test writes,
as their controllers would.
"""

from __future__ import annotations

import json
from contextlib import ExitStack

from tests.command_line.probed import HERE, advertisement, node, pods, told
from tests.probe_room.listeners import closed, listening, vanishing
from tests.real.asking import document, sharedip
from tests.realcluster import examples
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster

SHORT = ("--connect-timeout", "1s")


def pool() -> Json:
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "loopback", "namespace": "metallb-system"},
        "spec": {"addresses": [f"{HERE}/32"]},
    }


def service(name: str, *ports: int) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "default",
            "annotations": {"metallb.universe.tf/allow-shared-ip": "lab"},
        },
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": name},
            "ports": [{"port": port, "name": f"p{port}"} for port in ports],
        },
    }


def endpoints(name: str, *ready: bool) -> Json:
    body = pods(name, *ready, namespace="default")
    return {**body, "addressType": "IPv4", "ports": []}


def test_an_address_that_metallb_shares_out_is_probed_port_by_port(cluster: RealCluster) -> None:
    with ExitStack() as up:
        web = up.enter_context(listening(host=HERE))
        gone, lost = up.enter_context(closed(HERE)), up.enter_context(vanishing(HERE))
        examples.create(cluster, [pool(), service("web", web), service("api", gone), service("slow", lost)])
        for body in (endpoints("web", True), endpoints("api", True, False), endpoints("slow", True)):
            cluster.apply(json.dumps(body))
        assert set(map(tuple, cluster.addresses().values())) == {(HERE,)}

        mixed = document(cluster, "probe", *SHORT, status=1)
        alone = document(cluster, "probe", "web", *SHORT)
        table = sharedip(cluster, "probe", *SHORT)

    assert told(mixed) == told(alone)
    assert told(mixed) == {
        f"api {gone}/TCP": ("refused", "application"),
        f"slow {lost}/TCP": ("timeout", "application"),
        f"web {web}/TCP": ("ok", "ok"),
    }
    assert mixed["items"][0]["endpoints"] == {"ready": 1, "total": 2}
    assert "shop" not in table.stdout
    assert f"{HERE}   default/api" in table.stdout


def test_all_vanish_and_it_is_told_whether_anybody_announces(cluster: RealCluster) -> None:
    with vanishing(HERE) as one, vanishing(HERE) as two:
        examples.create(cluster, [pool(), service("web", one), service("api", two)])
        assert set(map(tuple, cluster.addresses().values())) == {(HERE,)}
        for body in (endpoints("web", True), endpoints("api", True), node("192.0.2.77")):
            cluster.apply(json.dumps(body))
        nobody = document(cluster, "probe", *SHORT, status=1)
        cluster.apply(json.dumps(advertisement("L2Advertisement")))
        no_speaker = document(cluster, "probe", *SHORT, status=1)

    for answer, code in ((nobody, "SIP601"), (no_speaker, "SIP608")):
        assert {item["verdict"] for item in answer["items"]} == {"announcement"}
        assert all(code in item["because"] for item in answer["items"])
