"""What stands in the clusters that are measured: Services, pools, and who announces them.

Four Services of a namespace ask for one address and share it under one key. The last one waits: it asks for
the first address under a key of its own, so that there is something to explain and to repair. Refuses to know
how objects get into a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

NAMESPACES = tuple(f"team-{number:02}" for number in range(50))
WAITING = "waits"
AN_ADDRESS = 4  # Services on one
_A_POOL = 256  # addresses in one
_FIRST_NET = "10.0"
_METALLB = "metallb-system"


def address_of(number: int) -> str:
    """The address of the Service of that number, from 0."""
    net, host = divmod(number // AN_ADDRESS, _A_POOL)
    return f"{_FIRST_NET}.{net}.{host}"


def service(number: int, kind: str = "LoadBalancer") -> Json:
    """The Service of that number; as ClusterIP it is one that MetalLB has nothing to do with."""
    shared: Json = {
        "annotations": {
            "metallb.io/allow-shared-ip": f"key-{number // AN_ADDRESS}",
            "metallb.io/ip-allocated-from-pool": _pool_name(number),
            "metallb.io/loadBalancerIPs": address_of(number),
        }
    }
    balanced = kind == "LoadBalancer"
    return _service(
        f"service-{number}",
        NAMESPACES[number // AN_ADDRESS % len(NAMESPACES)],
        shared if balanced else {},
        _ports(8000 + 2 * (number % AN_ADDRESS)),
        {"type": kind, **({"allocateLoadBalancerNodePorts": False} if balanced else {})},
    )


def waiting(number: int) -> Json:
    """A Service that asks for an address that others hold under another key; the first is ``WAITING``."""
    name = WAITING if number == 0 else f"{WAITING}-{number}"
    wishes = {
        "annotations": {
            "metallb.io/allow-shared-ip": f"own-key-{number}",
            "metallb.io/loadBalancerIPs": address_of(AN_ADDRESS * number),
        }
    }
    kind = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
    return _service(name, NAMESPACES[0], wishes, _ports(9000), kind)


def status(number: int) -> Json:
    """What MetalLB writes into the status of the Service of that number."""
    return {"loadBalancer": {"ingress": [{"ip": address_of(number), "ipMode": "VIP"}]}}


def slice_of(service_: Json) -> Json:
    """The EndpointSlice of a Service, with one pod that is ready."""
    metadata = service_["metadata"]
    labels = {
        "kubernetes.io/service-name": metadata["name"],
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    endpoint = {
        "addresses": ["10.244.1.7"],
        "conditions": {"ready": True, "serving": True, "terminating": False},
        "nodeName": "node-1",
    }
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{metadata['name']}-x7k2p",
            "namespace": metadata["namespace"],
            "labels": labels,
        },
        "addressType": "IPv4",
        "endpoints": [endpoint],
        "ports": [{"name": "main", "port": 8080, "protocol": "TCP"}],
    }


def pools(services: int) -> Iterator[Json]:
    """The pools that these Services need."""
    for number in range(-(-services // (AN_ADDRESS * _A_POOL))):
        spec = {"addresses": [f"{_FIRST_NET}.{number}.0/24"]}
        yield _metallb("IPAddressPool", f"pool-{number}", spec)


def announcement() -> Json:
    """One for all pools."""
    return _metallb("L2Advertisement", "all", {})


def nodes() -> Iterator[Json]:
    """Three nodes."""
    for number in range(3):
        labels = {"kubernetes.io/hostname": f"node-{number}"}
        yield {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"node-{number}", "labels": labels}}


def speakers() -> Iterator[Json]:
    """A speaker on each node."""
    for number in range(3):
        labels = {"app": "metallb", "component": "speaker"}
        container = {"name": "speaker", "image": "quay.io/metallb/speaker:v0.16.1"}
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"speaker-{number}", "namespace": _METALLB, "labels": labels},
            "spec": {"nodeName": f"node-{number}", "containers": [container]},
        }


def ready_node() -> Json:
    """The status of a node that is well."""
    return {"conditions": [_condition("Ready")]}


def ready_pod() -> Json:
    """The status of a pod that is well."""
    return {"phase": "Running", "conditions": [_condition("Ready")]}


def _condition(kind: str) -> Json:
    return {"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}


def _pool_name(number: int) -> str:
    return f"pool-{number // (AN_ADDRESS * _A_POOL)}"


def _ports(first: int) -> list[Json]:
    names = ("main", "metrics")
    return [
        {"name": name, "port": first + offset, "targetPort": 8080 + offset, "protocol": "TCP"}
        for offset, name in enumerate(names)
    ]


def _service(name: str, namespace: str, metadata: Json, ports: list[Json], kind: Json) -> Json:
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, **metadata},
        "spec": {"selector": {"app.kubernetes.io/name": name}, "ports": ports, **kind},
    }


def _metallb(kind: str, name: str, spec: Json) -> Json:
    metadata = {"name": name, "namespace": _METALLB}
    return {"apiVersion": "metallb.io/v1beta1", "kind": kind, "metadata": metadata, "spec": spec}
