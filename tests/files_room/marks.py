"""Marks in every text of an object, to see whether any of them comes out again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Any

_MARK = re.compile(r"zq\d+x|10\.77\.[\d.]+|2001:db8:[0-9a-f:]+")
_STAYS = frozenset({"apiVersion", "kind", "type", "status", "operator", "reason", "protocol", "result"})


def texts(values: Iterable[Json]) -> Iterator[str]:
    """Every text in it that is a value."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from texts(value.values())
        elif isinstance(value, list):
            yield from texts(value)


class Marks:
    """Texts that stand nowhere else, and addresses."""

    def __init__(self) -> None:
        self.count = 0

    def mark(self) -> str:
        """Another one each time."""
        self.count += 1
        return f"zq{self.count}x"

    def marked(self, value: Json) -> Json:
        """The object with ``MARK`` in its texts made a mark each, and ``IP4`` and ``IP6`` an address."""
        if isinstance(value, Mapping):
            return {self.marked(k): v if k in _STAYS else self.marked(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.marked(item) for item in value]
        if not isinstance(value, str):
            return value
        text = re.sub("MARK", lambda _: self.mark(), value)
        text = re.sub("IP4", lambda _: f"10.77.{self._next() % 250}.9", text)
        return re.sub("IP6", lambda _: f"2001:db8:{self._next():x}::9", text)

    def found_in(self, text: str) -> list[str]:
        """The marks that stand in a text."""
        return _MARK.findall(text)

    def _next(self) -> int:
        self.count += 1
        return self.count


_SELECTOR = {
    "matchLabels": {"MARK": "MARK", "app": "MARK"},
    "matchExpressions": [{"key": "MARK", "operator": "In", "values": ["MARK", "MARK"]}],
}
_MANAGED = [
    {"manager": "MARK", "operation": "Update", "fieldsV1": {"f:MARK": {}}, "time": "2026-01-05T10:00:00Z"}
]
_OURS = {
    "sharedip/ignore": "SIP208, MARK",
    "sharedip/udp-probe": "53:MARK",
    "sharedip/woken": "MARK",
    "sharedip/MARK": "MARK",
    "external-dns.alpha.kubernetes.io/hostname": "MARK.example.com, MARK",
}
_COMMON = {"uid": "MARK", "selfLink": "/MARK", "generateName": "MARK"}


def _meta(**more: Json) -> Json:
    return {
        **_COMMON,
        "name": "MARK",
        "namespace": "MARK",
        "labels": {"MARK": "MARK", "app": "MARK", "env": "MARK"},
        "annotations": {"MARK/x": "MARK", "metallb.io/allow-shared-ip": "MARK", **_OURS},
        "managedFields": _MANAGED,
        **more,
    }


def _of_metallb(**labels: str) -> Json:
    return _meta(labels={"app": "metallb", **labels, "MARK": "MARK", "app.kubernetes.io/name": "MARK"})


_FAILED = 'Failed to allocate IP for "MARK/MARK": '
_MESSAGES = (
    _FAILED + 'can\'t change sharing key for "MARK/MARK", address also in use by MARK/MARK,MARK/MARK',
    _FAILED + 'unknown pool "MARK"',
    _FAILED + "pool MARK not compatible for ip assignment",
    _FAILED + "no available IPs in pool MARK for ipv4 IPFamily",
    _FAILED + '["IP4" "IP6"] is not allowed in config',
    _FAILED + 'invalid metallb.io/loadBalancerIPs: "MARK"',
    'announcing from node "MARK" with protocol "layer2"',
    "MARK happened to MARK:MARK (MARK), see https://MARK/MARK?MARK=MARK; IP4 and IP6/64",
)


def full_bodies() -> Iterator[Json]:
    """Every kind that a snapshot keeps, each field of it filled, and fields that it does not keep."""
    annotations = {
        "MARK": "MARK",
        "example.com/MARK": "MARK",
        "metallb.io/allow-shared-ip": "MARK",
        "metallb.universe.tf/allow-shared-ip": "MARK-MARK",
        "metallb.io/loadBalancerIPs": "IP4, IP6",
        "metallb.universe.tf/loadBalancerIPs": "MARK",
        "metallb.io/address-pool": "MARK",
        "metallb.io/ip-allocated-from-pool": "MARK",
        "metallb.io/alow-shared-ip": "MARK",
        "kubectl.kubernetes.io/last-applied-configuration": '{"MARK": "MARK"}',
        "service.beta.kubernetes.io/load-balancer-source-ranges": "IP4/32,MARK",
        "argocd.argoproj.io/tracking-id": "MARK:MARK/Service:MARK/MARK",
        "meta.helm.sh/release-name": "MARK",
        "meta.helm.sh/release-namespace": "MARK",
        "kustomize.toolkit.fluxcd.io/reconcile": "MARK",
        "service.kubernetes.io/token": "MARK",
        **_OURS,
    }
    owner = {"apiVersion": "MARK/v1", "kind": "Kafka", "name": "MARK", "controller": True, "uid": "MARK"}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _meta(annotations=annotations, finalizers=["MARK/MARK"], ownerReferences=[owner]),
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "MARK/MARK",
            "loadBalancerIP": "IP4",
            "loadBalancerSourceRanges": ["IP4/24"],
            "clusterIP": "IP4",
            "clusterIPs": ["IP4", "IP6"],
            "externalName": "MARK",
            "externalIPs": ["IP4"],
            "selector": {"MARK": "MARK", "app": "MARK"},
            "ports": [{"name": "MARK", "port": 80, "appProtocol": "MARK", "protocol": "TCP"}],
        },
        "status": {
            "loadBalancer": {"ingress": [{"ip": "IP4"}, {"ip": "IP6"}, {"hostname": "MARK.example"}]},
        },
    }
    wrong = {
        "labels": "MARK",
        "annotations": ["MARK"],
        "finalizers": {"MARK": "MARK"},
        "ownerReferences": "MARK",
    }
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "MARK",
            "namespace": "MARK",
            **wrong,
            "managedFields": [{"manager": {"MARK": "MARK"}}],
        },
        "spec": {"selector": ["MARK"], "clusterIPs": "MARK", "ports": "MARK", "loadBalancerIP": ["MARK"]},
        "status": {"loadBalancer": {"ingress": {"MARK": "MARK"}}},
    }
    allocation = {"priority": 1, "namespaces": ["MARK"], "namespaceSelectors": [_SELECTOR]}
    yield {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": _meta(),
        "spec": {
            "addresses": ["IP4/32", "IP6-IP6", "MARK", "MARK-MARK", "IP4/MARK"],
            "serviceAllocation": {**allocation, "serviceSelectors": [_SELECTOR, "MARK"]},
        },
        "status": {"MARK": "MARK"},
    }
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {**_meta(), "namespace": None}}
    for message in _MESSAGES:
        about = {
            "kind": "Service",
            "namespace": "MARK",
            "name": "MARK",
            "uid": "MARK",
            "resourceVersion": "1",
        }
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": _meta(),
            "involvedObject": about,
            "reason": "AllocationFailed",
            "type": "Warning",
            "message": message,
            "source": {"component": "metallb-controller", "host": "MARK"},
        }
        yield event
        yield {**event, "source": {"component": "MARK"}, "reportingInstance": "MARK"}
    conditions = [{"type": "Ready", "status": "True", "message": "MARK"}]
    yield {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {**_meta(), "namespace": None},
        "spec": {"podCIDR": "IP4/24"},
        "status": {"conditions": conditions, "addresses": [{"address": "IP4"}]},
    }
    target = {"kind": "Pod", "namespace": "MARK", "name": "MARK"}
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": _meta(labels={"kubernetes.io/service-name": "MARK", "MARK": "MARK"}),
        "ports": [{"name": "MARK", "port": 80}],
        "endpoints": [
            {"targetRef": target, "addresses": ["IP4"], "nodeName": "MARK", "zone": "MARK"},
            {"addresses": ["IP4"], "hostname": "MARK"},
        ],
    }
    for kind, more in (
        ("L2Advertisement", {"interfaces": ["MARK"], "preferredNodeSelectors": [{"preference": _SELECTOR}]}),
        ("BGPAdvertisement", {"peers": ["MARK"], "communities": ["MARK"]}),
    ):
        selectors = {
            name: [_SELECTOR] for name in ("ipAddressPoolSelectors", "serviceSelectors", "nodeSelectors")
        }
        yield {
            "apiVersion": "metallb.io/v1beta1",
            "kind": kind,
            "metadata": _meta(),
            "spec": {"ipAddressPools": ["MARK"], **selectors, **more},
        }
    yield {
        "apiVersion": "metallb.io/v1beta2",
        "kind": "BGPPeer",
        "metadata": _meta(),
        "spec": {"peerAddress": "IP4", "password": "MARK", "nodeSelectors": [_SELECTOR]},
    }
    for kind in ("ServiceL2Status", "ServiceBGPStatus"):
        status = {"node": "MARK", "serviceName": "MARK", "serviceNamespace": "MARK", "peers": ["MARK"]}
        yield {"apiVersion": "metallb.io/v1beta1", "kind": kind, "metadata": _meta(), "status": status}
    yield {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "ConfigurationState",
        "metadata": _meta(name="speaker-MARK"),
        "status": {
            "result": "Invalid",
            "errorSummary": 'parsing address pool MARK: invalid CIDR "MARK" in pool "MARK"',
        },
    }
    container = {
        "name": "controller",
        "image": "MARK.example/MARK/MARK:MARK",
        "args": ["--lb-class=MARK", "--MARK", "--ignore-exclude-lb=MARK"],
        "env": [{"name": "MARK", "value": "MARK"}],
    }
    template = {"spec": {"containers": [container], "serviceAccountName": "MARK"}}
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _of_metallb(component="controller"),
        "spec": {"template": template},
    }
    yield {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _of_metallb(component="speaker"),
        "spec": {"nodeName": "MARK", "containers": [container], "volumes": [{"name": "MARK"}]},
        "status": {"conditions": conditions, "podIP": "IP4"},
    }
    proxied = {
        "svccontroller.k3s.cattle.io/svcname": "MARK",
        "svccontroller.k3s.cattle.io/svcnamespace": "MARK",
    }
    yield {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": _meta(labels=proxied)}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": _meta(), "data": {"MARK": "MARK"}}
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": {"name": "kubernetes", "uid": "MARK", "labels": {"MARK": "MARK"}},
        "spec": {"cidrs": ["IP6/108", "IP4/12"]},
    }
