"""Clusters of every sort as documents: names, keys and addresses that are hard to rename.

Most of it hangs together, so that there is something to find, and every part of it may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from kubectl_sharedip.files.snapshot import RESOURCES
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster, RawDocument

Json = dict[str, Any]

# One goes on after another with a hyphen, one with a letter; some are words of MetalLB's own texts.
NAMESPACES = ("a", "a-b", "ab", "default", "in", "shop-prod", "shop-dev", "metallb-system")
NAMES = ("key", "use", "web", "web-tls", "w", "in", "pool", "address")
NODES = ("n1", "n2", "node", "n10")
KEYS = (
    *("dns", "DNS", "d n s", "d-n-s", "dnx", "dn", "web1", "web2", "weba", "webb", "true", "Shared", "k", ""),
    *("192.0.2.5", "192.0.2.6", " 192.0.2.5", "192.0.2.0/24", "fd00::1", "schlüssel", "SCHLÜSSEL"),
)
ADDRESSES = (
    *("192.0.2.0", "192.0.2.1", "192.0.2.5", "192.0.2.255", "192.0.3.7", "198.51.100.9", "203.0.113.9"),
    *("fd00::1", "fd00::5", "::1", "2001:db8::ff"),
)
WRITTEN = (
    *ADDRESSES,
    *("::ffff:192.0.2.5", "FD00::5", "fd00:0:0::5", "192.0.2.05", " 192.0.2.5", "nonsense", ""),
)
ENTRIES = (
    *("192.0.2.0/24", "192.0.2.5/32", "192.0.2.0-192.0.2.9", "192.0.2.8-192.0.3.8", "198.51.100.0/30"),
    *("192.0.2.7/29", "fd00::/64", "fd00::1-fd00::7", "::1-192.0.2.1", "192.0.2.9-192.0.2.1"),
    *("192.0.2.0", "10.0.0.0/8", "2001:db8::/128", "rubbish", "10.0.0.1-rubbish", "192.0.2.0/33"),
    *("::ffff:192.0.2.0/120", "0.0.0.0/0", "::/0"),
)
POOLS: Mapping[str, Sequence[str]] = {
    "lab": ["192.0.2.0-192.0.2.7"],
    "pool": ["198.51.100.8/30", "fd00::/126"],
    "p": ["203.0.113.0/31"],
    "in": ["2001:db8::/64"],
    "gold": ["192.0.3.255/32"],
    "for": ["::1-::9"],
}
LABELS: Sequence[Mapping[str, str]] = (
    *({"app": "web"}, {"app": "db", "tier": "x"}, {"env": "prod"}, {"environment": "red"}),
    *({"metallb.io/allow-shared-ip": "dns"}, {"kubernetes.io/metadata.name": "a"}),
)
TIMES = ("2026-01-05T10:00:00Z", "2026-01-05T10:00:20Z", "2026-01-05T09:00:00Z")
TAKEN_AT = "2026-01-05T10:00:50Z"
VERSIONS = ("0.13.12", "0.14.9", "0.15.2", "0.16.1")

_FAILED = 'Failed to allocate IP for "{0}": '
TEXTS = (
    ("AllocationFailed", _FAILED + "no available IPs"),
    ("AllocationFailed", _FAILED + 'can\'t change sharing key for "{0}", address also in use by {1}'),
    ("AllocationFailed", _FAILED + 'unknown pool "{2}"'),
    ("AllocationFailed", _FAILED + "pool {2} not compatible for ip assignment"),
    ("AllocationFailed", _FAILED + '["{3}"] is not allowed in config'),
    ("AllocationFailed", _FAILED + "no available IPs in pool {2} for ipv4 IPFamily"),
    ("AllocationFailed", _FAILED + 'port TCP/80 is already in use on "{3}"'),
    ("IPAllocated", 'Assigned IP ["{3}"]'),
    ("ClearAssignment", 'current IP for "{0}" not allowed by config, will attempt for new IP assignment: x'),
    ("nodeAssigned", 'announcing from node "n1" with protocol "layer2"'),
    (
        "announceFailed",
        'the interfaces specified by LB IP "{3}" doesn\'t exist in assigned node "n1" with protocol "layer2"',
    ),
)


class _Drawing:
    """One cluster, from chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.pick = chance.choice

    def now_and_then(self, one_in: int = 4) -> bool:
        return not self._chance.randrange(one_in)

    def mostly(self, usual: Any, others: Sequence[Any], one_in: int = 4) -> Any:
        return self.pick(others) if self.now_and_then(one_in) else usual

    def some(self, values: Sequence[Any], most: int, least: int = 0) -> list[Any]:
        return self._chance.sample(values, self._chance.randint(least, min(most, len(values))))

    def labels(self) -> Mapping[str, str]:
        return dict(self.mostly({}, LABELS, 2))

    def selectors(self) -> list[Json]:
        more = {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["x", "y"]}]}
        found = [{"matchLabels": self.labels(), **self.mostly({}, [more])} for _ in range(2)]
        return found[: self.pick((0, 1, 1, 2))]

    def annotations(self) -> Json:
        found: Json = {}

        def put(name: str, value: str, one_in: int) -> None:
            if self.now_and_then(one_in):
                found[self.pick(("metallb.io/", "metallb.universe.tf/")) + name] = value

        put("allow-shared-ip", self.mostly("dns", KEYS, 2), 1 if self.now_and_then(2) else 9)
        wanted = ",".join(self.pick(WRITTEN) for _ in range(self.pick((1, 1, 2))))
        put("loadBalancerIPs", self.mostly("192.0.2.1", [wanted], 2), 3)
        put("address-pool", self.mostly("lab", list(POOLS)), 5)
        put("allow-shared-ips", self.pick(KEYS), 9)
        put("pool-name", self.pick(list(POOLS)), 9)
        of_tools: Sequence[Json] = (
            {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "in"},
            {"argocd.argoproj.io/tracking-id": "app:/Service:a/web"},
            {"service.beta.kubernetes.io/load-balancer-source-ranges": "192.0.2.0/24, 10.0.0.0/8"},
            {"sharedip/woken": "1"},
        )
        return {**found, **self.mostly({}, of_tools)}

    def service(self, namespace: str, name: str) -> Json:
        ip = self.mostly("192.0.2.1", ADDRESSES, 2)
        entries: list[Json] = [{"ip": ip}] if self.now_and_then(2) else []
        entries += [{"ip": "fd00::1"}] if entries and self.now_and_then(9) else []
        entries += [{"hostname": "lb.example.com"}] if self.now_and_then(25) else []
        cleanup = "service.kubernetes.io/load-balancer-cleanup"
        gateway = {"kind": "Gateway", "name": "g", "controller": True, "uid": "x"}
        applied = {"manager": "kubectl-client-side-apply", "operation": "Update"}
        vip = {"manager": "kube-vip", "operation": "Update", "subresource": "status"}
        metadata = {
            "name": name,
            "namespace": None if namespace == "default" else namespace,
            "uid": f"uid-of-{namespace}-{name}"
            if entries
            else self.mostly(f"uid-of-{namespace}-{name}", [None]),
            "creationTimestamp": self.pick(TIMES),
            "labels": self.labels(),
            "annotations": self.annotations(),
            "deletionTimestamp": self.mostly(None, [TIMES[0]], 12),
            "finalizers": self.mostly([], [["acme.example/keep"], [cleanup]], 9),
            "ownerReferences": self.mostly([], [[gateway]], 9),
            "managedFields": self.mostly([], [[applied], [vip]], 9),
        }
        cluster_ips: Sequence[list[str]] = (["fd00:96::9"], ["10.96.0.9", "fd00:96::9"], ["None"], [])
        policies = ("SingleStack", "PreferDualStack", "RequireDualStack")
        spec = {
            "type": self.mostly("LoadBalancer", ["ClusterIP"], 12),
            "loadBalancerClass": self.mostly(None, ["acme.example/lb", "other"], 12),
            "loadBalancerIP": self.mostly(None, ["192.0.2.1", *WRITTEN], 6),
            "clusterIPs": self.mostly(["10.96.0.9"], cluster_ips, 5),
            "ipFamilyPolicy": self.mostly(None, policies),
            "externalTrafficPolicy": self.pick(("Cluster", "Local")),
            "selector": self.mostly({"app": "web"}, [{"app": "db"}, {"app": 7}, None]),
            "ports": [
                {"port": p, "protocol": self.pick(("TCP", "UDP"))} for p in self.some((53, 80, 443), 2, 1)
            ],
            "loadBalancerSourceRanges": self.mostly(None, [["10.0.0.0/8"]], 9),
        }
        status = {"loadBalancer": {"ingress": entries} if entries else {}}
        return _object("v1", "Service", metadata, spec=_without_none(spec), status=status)

    def pool(self, name: str) -> Json:
        spec = {
            "addresses": self.mostly(POOLS[name], [self.some(ENTRIES, 2, 1)], 12),
            "autoAssign": self.mostly(None, [True, False]),
            "avoidBuggyIPs": self.mostly(None, [True, False]),
        }
        if self.now_and_then(5):
            spec["serviceAllocation"] = {
                "priority": self.pick((0, 1, 2)),
                "namespaces": self.some(NAMESPACES, 3),
                "namespaceSelectors": self.selectors(),
                "serviceSelectors": self.selectors(),
            }
        metadata = {
            "name": name,
            "namespace": self.mostly("metallb-system", ["a", None], 12),
            "labels": self.labels(),
        }
        return _object("metallb.io/v1beta1", "IPAddressPool", metadata, spec=_without_none(spec))

    def event(self, number: int, namespace: str, name: str) -> Json:
        reason, text = self.pick(TEXTS)
        other = f"{self.pick(NAMESPACES)}/{self.pick(NAMES)}"
        told = (f"{namespace}/{name}", other, self.pick(list(POOLS)), self.mostly("192.0.2.1", ADDRESSES))
        speaker = reason in ("nodeAssigned", "announceFailed")
        return _object(
            "v1",
            "Event",
            {"name": f"{name}.{number}", "namespace": namespace, "resourceVersion": str(number)},
            involvedObject={"kind": "Service", "namespace": namespace, "name": name},
            reason=reason,
            type="Warning",
            message=text.format(*told),
            source={"component": "metallb-speaker" if speaker else "metallb-controller"},
            lastTimestamp=self.pick(TIMES),
        )

    def slice(self, place: tuple[str, str], nodes: Sequence[str]) -> Json:
        namespace, name = place
        labels = {"kubernetes.io/service-name": name}
        endpoints = [
            {
                "targetRef": self.pick(({"kind": "Pod", "namespace": "a", "name": "x"}, {"name": "y"}, {})),
                "addresses": ["10.244.0.7"],
                "nodeName": self.pick(nodes),
                "conditions": self.mostly({"ready": True}, [{"ready": False}, {}]),
            }
            for _ in range(self.pick((1, 2, 3)))
        ]
        return _object(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            {"name": f"{name}-x", "namespace": namespace, "labels": labels},
            ports=[{"name": "http"}],
            endpoints=endpoints,
        )

    def node(self, name: str) -> Json:
        metadata = {"name": name, "labels": {"kubernetes.io/hostname": name, **self.labels()}}
        return _object("v1", "Node", metadata, status=_READY)

    def speaker(self, node: str) -> Json:
        labels = {"app": "metallb", "component": "speaker"}
        metadata = {"name": f"speaker-{node}", "namespace": "metallb-system", "labels": labels}
        spec = {"nodeName": node, "containers": [{"name": "speaker", "args": ["--port=7472"]}]}
        return _object("v1", "Pod", metadata, spec=spec, status=_READY)

    def advertisement(self, number: int) -> Json:
        kind = self.mostly("L2Advertisement", ["BGPAdvertisement"])
        spec = {
            "ipAddressPools": self.mostly(None, [["lab"], ["gold", "in"]]),
            "nodeSelectors": self.mostly([], [[{"matchLabels": {"kubernetes.io/hostname": "n2"}}]]),
            "serviceSelectors": self.mostly([], [[{"matchLabels": {"app": "web"}}]]),
        }
        if kind == "L2Advertisement":
            spec["interfaces"] = self.mostly([], [["eth0"]], 2)
        metadata = {"name": f"ad{number}", "namespace": "metallb-system"}
        return _object("metallb.io/v1beta1", kind, metadata, spec=_without_none(spec))

    def controller(self) -> Json:
        lb_class = ["--lb-class=other"] if self.now_and_then(20) else []
        image = f"registry.example/mirror/controller:v{self.pick(VERSIONS)}"
        container = {"name": "controller", "image": image, "args": ["--port=7472", *lb_class]}
        labels = {"app": "metallb", "component": "controller"}
        metadata = {"name": "controller", "namespace": "metallb-system", "labels": labels}
        spec = {"template": {"spec": {"containers": [container]}}}
        return _object("apps/v1", "Deployment", metadata, spec=spec, status={"availableReplicas": 1})

    def bodies(self) -> Iterator[Json]:
        every = [(namespace, name) for namespace in NAMESPACES for name in NAMES]
        places = self.some(every, 6, 2)
        nodes = self.some(NODES, 4, 1)
        yield from (self.service(*place) for place in places)
        yield from (self.pool(name) for name in ("lab", *self.some(list(POOLS)[1:], 2)))
        for name in NAMESPACES:
            yield _object("v1", "Namespace", {"name": name, "labels": self.labels()})
        yield from (self.event(n, *self.pick(places)) for n in range(self.pick((0, 1, 3))))
        yield from map(self.node, nodes)
        yield from (self.speaker(name) for name in nodes if not self.now_and_then())
        yield from (self.slice(place, nodes) for place in places if not self.now_and_then())
        yield from map(self.advertisement, range(self.pick((0, 1, 1, 2))))
        if not self.now_and_then(6):
            yield self.controller()


_READY = {"conditions": [{"type": "Ready", "status": "True"}]}


def _object(api_version: str, kind: str, metadata: Mapping[str, Any], **fields: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": _without_none(metadata), **fields}


def _without_none(body: Mapping[str, Any]) -> Json:
    return {name: value for name, value in body.items() if value is not None}


def any_cluster(chance: Random) -> RawCluster:
    """A cluster that was read, all of it or with something that was not."""
    drawing = _Drawing(chance)
    unread = drawing.mostly((), [("events",), ("namespaces",), ("nodes",), ("services",)], 5)
    return RawCluster(
        documents=tuple(RawDocument(body=body, origin=Origin()) for body in drawing.bodies()),
        read=frozenset(RESOURCES - set(unread)),
        not_read=tuple(NotRead(resource=one, reason="forbidden") for one in unread),
        taken_at=drawing.mostly(TAKEN_AT, [None]),
        context="the-context",
        server="https://api.example",
        kubernetes="v1.34.1",
        uid="the-cluster",
    )
