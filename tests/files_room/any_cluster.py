"""Clusters of every sort as documents, drawn by hypothesis: names, keys and addresses that are hard to rename.

Nothing of them need make sense: what matters is that each is found to be what it is, twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from kubectl_sharedip.files.snapshot import RESOURCES
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster, RawDocument

Json = dict[str, Any]

# One goes on after another with a hyphen, one with a letter; some are words of MetalLB's own texts.
NAMESPACES = ("a", "a-b", "ab", "default", "in", "shop-prod", "shop-dev", "metallb-system")
NAMES = ("key", "use", "web", "web-tls", "w", "in", "pool", "address")
POOLS = ("pool", "p", "in", "lab", "gold", "for")
NODES = ("n1", "n2", "node", "n10")
KEYS = (
    *("dns", "DNS", "d n s", "d-n-s", "dnx", "dn", "web1", "web2", "weba", "webb", "true", "Shared", "k", ""),
    *("192.0.2.5", "192.0.2.6", " 192.0.2.5", "192.0.2.0/24", "fd00::1", "schlüssel", "SCHLÜSSEL"),
)
ADDRESSES = (
    *("192.0.2.0", "192.0.2.1", "192.0.2.5", "192.0.2.255", "192.0.3.7", "198.51.100.9", "240.0.0.1"),
    *("fd00::1", "fd00::5", "::1", "2001:db8::ff"),
)
WRITTEN = (
    *ADDRESSES,
    "::ffff:192.0.2.5",
    "FD00::5",
    "fd00:0:0::5",
    "192.0.2.05",
    " 192.0.2.5",
    "nonsense",
    "",
)
ENTRIES = (
    *("192.0.2.0/24", "192.0.2.5/32", "192.0.2.0-192.0.2.9", "192.0.2.8-192.0.3.8", "198.51.100.0/30"),
    *(
        "192.0.2.7/29",
        "fd00::/64",
        "fd00::1-fd00::7",
        "::1-192.0.2.1",
        "192.0.2.9-192.0.2.1",
        "::ffff:192.0.2.0/120",
    ),
    *(
        "192.0.2.0",
        "10.0.0.0/8",
        "2001:db8::/128",
        "rubbish",
        "10.0.0.1-rubbish",
        "192.0.2.0/33",
        "0.0.0.0/0",
    ),
)
PREFIXES = ("metallb.io/", "metallb.universe.tf/")
LABELS = (
    *({}, {"app": "web"}, {"app": "db", "tier": "x"}, {"env": "prod"}, {"environment": "red"}),
    *({"metallb.io/allow-shared-ip": "dns"}, {"kubernetes.io/metadata.name": "a"}),
)
TIMES = ("2026-01-05T10:00:00Z", "2026-01-05T10:00:20Z", "2026-01-05T09:00:00Z")
TAKEN_AT = "2026-01-05T10:00:30Z"

_ports = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from((53, 80, 443)), "protocol": st.sampled_from(("TCP", "UDP"))}
    ),
    max_size=2,
    unique_by=lambda one: (one["port"], one["protocol"]),
)
_labels = st.sampled_from(LABELS)
_selector = st.builds(
    lambda labels, more: {"matchLabels": labels, **more},
    _labels,
    st.sampled_from(({}, {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["x", "y"]}]})),
)
_selectors = st.lists(_selector, max_size=2)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


def _without_none(body: Mapping[str, Any]) -> Json:
    return {name: value for name, value in body.items() if value is not None}


@st.composite
def _annotations(draw: st.DrawFn) -> Json:
    found: Json = {}
    for name, values in (
        ("allow-shared-ip", st.sampled_from(KEYS)),
        ("loadBalancerIPs", st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=2).map(",".join)),
        ("address-pool", st.sampled_from(POOLS)),
        ("allow-shared-ips", st.sampled_from(KEYS)),
        ("pool-name", st.sampled_from(POOLS)),
    ):
        value = draw(_maybe(values))
        if value is not None:
            found[draw(st.sampled_from(PREFIXES)) + name] = value
    if draw(st.booleans()):
        found |= draw(
            st.sampled_from(
                (
                    {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "in"},
                    {"argocd.argoproj.io/tracking-id": "app:/Service:a/web"},
                    {"service.beta.kubernetes.io/load-balancer-source-ranges": "192.0.2.0/24, 10.0.0.0/8"},
                    {"sharedip/woken": "1"},
                )
            )
        )
    return found


@st.composite
def _service(draw: st.DrawFn, namespace: str, name: str) -> Json:
    ips = draw(st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True)) if draw(st.booleans()) else []
    entries: list[Json] = [{"ip": ip} for ip in ips]
    entries += draw(st.sampled_from(([], [], [{"hostname": "lb.example.com"}])))
    metadata = {
        "name": name,
        "namespace": draw(st.sampled_from((namespace, namespace, None)))
        if namespace == "default"
        else namespace,
        "uid": draw(st.sampled_from((f"uid-of-{namespace}-{name}", None))) if not entries else "given",
        "creationTimestamp": draw(st.sampled_from(TIMES)),
        "labels": draw(_labels),
        "annotations": draw(_annotations()),
        "deletionTimestamp": draw(_maybe(st.just(TIMES[0]))),
        "finalizers": draw(
            st.sampled_from(([], ["acme.example/keep"], ["service.kubernetes.io/load-balancer-cleanup"]))
        ),
        "ownerReferences": draw(
            st.sampled_from(([], [{"kind": "Gateway", "name": "g", "controller": True, "uid": "x"}]))
        ),
        "managedFields": draw(
            st.sampled_from(([], [{"manager": "kubectl-client-side-apply", "operation": "Update"}]))
        ),
    }
    spec = {
        "type": draw(st.sampled_from(("LoadBalancer", "LoadBalancer", "LoadBalancer", "ClusterIP"))),
        "loadBalancerClass": draw(_maybe(st.sampled_from(("acme.example/lb", "other")))),
        "loadBalancerIP": draw(_maybe(st.sampled_from(WRITTEN))),
        "clusterIPs": draw(
            st.sampled_from((["10.96.0.9"], ["fd00:96::9"], ["10.96.0.9", "fd00:96::9"], ["None"], []))
        ),
        "ipFamilyPolicy": draw(st.sampled_from((None, "SingleStack", "PreferDualStack", "RequireDualStack"))),
        "externalTrafficPolicy": draw(st.sampled_from(("Cluster", "Local"))),
        "selector": draw(st.sampled_from(({"app": "web"}, {"app": "db"}, {"app": 7}, None))),
        "ports": draw(_ports),
        "loadBalancerSourceRanges": draw(_maybe(st.just(["10.0.0.0/8"]))),
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _without_none(metadata),
        "spec": _without_none(spec),
        "status": {"loadBalancer": {"ingress": entries} if entries else {}},
    }


@st.composite
def _pool(draw: st.DrawFn, name: str) -> Json:
    spec = {
        "addresses": draw(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=2, unique=True)),
        "autoAssign": draw(_maybe(st.booleans())),
        "avoidBuggyIPs": draw(_maybe(st.booleans())),
        "serviceAllocation": draw(
            _maybe(
                st.fixed_dictionaries(
                    {
                        "priority": st.integers(0, 3),
                        "namespaces": st.lists(st.sampled_from(NAMESPACES), max_size=2, unique=True),
                        "namespaceSelectors": _selectors,
                        "serviceSelectors": _selectors,
                    }
                )
            )
        ),
    }
    metadata = {"name": name, "namespace": draw(st.sampled_from(("metallb-system",) * 5 + ("a", None)))}
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": _without_none({**metadata, "labels": draw(_labels)}),
        "spec": _without_none(spec),
    }


_FAILED = 'Failed to allocate IP for "{0}": '
_TEXTS = (
    ("AllocationFailed", _FAILED + "no available IPs"),
    ("AllocationFailed", _FAILED + 'can\'t change sharing key for "{0}", address also in use by {1}'),
    ("AllocationFailed", _FAILED + 'unknown pool "{2}"'),
    ("AllocationFailed", _FAILED + "pool {2} not compatible for ip assignment"),
    ("AllocationFailed", _FAILED + '["{3}"] is not allowed in config'),
    ("AllocationFailed", _FAILED + "no available IPs in pool {2} for ipv4 IPFamily"),
    ("AllocationFailed", _FAILED + 'port TCP/80 is already in use on "{3}"'),
    (
        "AllocationFailed",
        _FAILED + 'requested loadBalancer IP(s) ["{3}"] is not compatible with requested address pool {2}',
    ),
    ("IPAllocated", 'Assigned IP ["{3}"]'),
    (
        "ClearAssignment",
        'current IP for "{0}" not allowed by config, will attempt for new IP assignment: ["{3}"] is not allowed in config',
    ),
    ("nodeAssigned", 'announcing from node "n1" with protocol "layer2"'),
    (
        "announceFailed",
        'the interfaces specified by LB IP "{3}" doesn\'t exist in assigned node "n1" with protocol "layer2"',
    ),
)


@st.composite
def _event(draw: st.DrawFn, number: int) -> Json:
    namespace, name = draw(st.sampled_from(NAMESPACES)), draw(st.sampled_from(NAMES))
    reason, text = draw(st.sampled_from(_TEXTS))
    other = f"{draw(st.sampled_from(NAMESPACES))}/{draw(st.sampled_from(NAMES))}"
    told = (f"{namespace}/{name}", other, draw(st.sampled_from(POOLS)), draw(st.sampled_from(ADDRESSES)))
    speaker = reason in ("nodeAssigned", "announceFailed")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.{number}", "namespace": namespace, "resourceVersion": str(number)},
        "involvedObject": {"kind": "Service", "namespace": namespace, "name": name},
        "reason": reason,
        "type": "Warning",
        "message": text.format(*told),
        "source": {"component": "metallb-speaker" if speaker else "metallb-controller"},
        "lastTimestamp": draw(st.sampled_from(TIMES)),
    }


@st.composite
def _slice(draw: st.DrawFn, namespace: str, name: str) -> Json:
    endpoint = st.fixed_dictionaries(
        {
            "targetRef": st.sampled_from(({"kind": "Pod", "namespace": "a", "name": "x"}, {"name": "y"}, {})),
            "addresses": st.just(["10.244.0.7"]),
            "nodeName": st.sampled_from(NODES),
            "conditions": st.sampled_from(({"ready": True}, {"ready": False}, {})),
        }
    )
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-x",
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name},
        },
        "ports": [{"name": "http"}],
        "endpoints": draw(st.lists(endpoint, max_size=3)),
    }


def _node(name: str, labels: Mapping[str, str]) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **labels}},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def _speaker(node: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"speaker-{node}",
            "namespace": "metallb-system",
            "labels": {"app": "metallb", "component": "speaker"},
        },
        "spec": {"nodeName": node, "containers": [{"name": "speaker", "args": ["--port=7472"]}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


@st.composite
def _advertisement(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(("L2Advertisement", "L2Advertisement", "BGPAdvertisement")))
    spec = {
        "ipAddressPools": draw(_maybe(st.lists(st.sampled_from(POOLS), max_size=2))),
        "nodeSelectors": draw(st.sampled_from(([], [{"matchLabels": {"kubernetes.io/hostname": "n2"}}]))),
        "serviceSelectors": draw(st.sampled_from(([], [], [{"matchLabels": {"app": "web"}}]))),
    }
    if kind == "L2Advertisement":
        spec["interfaces"] = draw(st.sampled_from(([], ["eth0"])))
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": kind,
        "metadata": {"name": draw(st.sampled_from(NAMES)), "namespace": "metallb-system"},
        "spec": _without_none(spec),
    }


def _controller(version: str, lb_class: str | None) -> Json:
    arguments = ["--port=7472", *([f"--lb-class={lb_class}"] if lb_class else [])]
    container = {
        "name": "controller",
        "image": f"registry.example/mirror/controller:v{version}",
        "args": arguments,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "controller",
            "namespace": "metallb-system",
            "labels": {"app": "metallb", "component": "controller"},
        },
        "spec": {"template": {"spec": {"containers": [container]}}},
        "status": {"availableReplicas": 1},
    }


@st.composite
def _bodies(draw: st.DrawFn) -> Sequence[Json]:
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(NAMESPACES), st.sampled_from(NAMES)),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    nodes = draw(st.lists(st.sampled_from(NODES), max_size=3, unique=True))
    return [
        *(draw(_service(*place)) for place in places),
        *(draw(_pool(name)) for name in draw(st.lists(st.sampled_from(POOLS), max_size=3, unique=True))),
        *(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": draw(_labels)}}
            for name in NAMESPACES
        ),
        *(draw(_event(number)) for number in range(draw(st.integers(0, 3)))),
        *(_node(name, draw(_labels)) for name in nodes),
        *(_speaker(name) for name in nodes if draw(st.booleans())),
        *(draw(_slice(*place)) for place in places if draw(st.booleans())),
        *(draw(_advertisement()) for _ in range(draw(st.integers(0, 2)))),
        *(
            [
                _controller(
                    draw(st.sampled_from(("0.13.12", "0.14.9", "0.15.2", "0.16.1"))),
                    draw(_maybe(st.just("other"))),
                )
            ]
            if draw(st.booleans())
            else []
        ),
    ]


@st.composite
def any_cluster(draw: st.DrawFn) -> RawCluster:
    """A cluster that was read, all of it or with something that was not."""
    unread = draw(st.lists(st.sampled_from(("events", "namespaces", "nodes", "services")), max_size=1))
    bodies = draw(_bodies())
    return RawCluster(
        documents=tuple(RawDocument(body=body, origin=Origin()) for body in bodies),
        read=frozenset(RESOURCES - set(unread)),
        not_read=tuple(NotRead(resource=one, reason="forbidden") for one in unread),
        taken_at=draw(st.sampled_from((TAKEN_AT, None))),
        context="the-context",
        server="https://api.example",
        kubernetes="v1.34.1",
        uid="the-cluster",
    )
