"""What a snapshot keeps of each object: the fields that answers are made from, and no others.

It exists so that a cluster can be taken home without what nobody there asked for: annotations may hold
tokens, and Pods hold everything. What is not listed here is left out, so a field that some answer
begins to look at has to be added. A value of another shape than it should have is kept as it is: that it
is wrong is part of the answer. Refuses to rename anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Json = Any
#: A field is kept whole (True), by its own fields (a mapping), item by item (a list of one), or as
#: a function leaves it.
Keep = Any

METALLB_PREFIXES = ("metallb.io/", "metallb.universe.tf/")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
ARGO_TRACKING = "argocd.argoproj.io/tracking-id"
HELM_RELEASE = "meta.helm.sh/release-name"
HELM_NAMESPACE = "meta.helm.sh/release-namespace"
FLUX_PREFIXES = ("kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/")
PROXY_NAME = "svccontroller.k3s.cattle.io/svcname"
PROXY_NAMESPACE = "svccontroller.k3s.cattle.io/svcnamespace"
SLICE_SERVICE = "kubernetes.io/service-name"
HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
IGNORE = "sharedip/ignore"
UDP_PROBE = "sharedip/udp-probe"
WOKEN = "sharedip/woken"

_PREFIXES = (*METALLB_PREFIXES, *FLUX_PREFIXES)
_OURS = frozenset({IGNORE, UDP_PROBE, WOKEN})
_ANNOTATIONS = _OURS | {
    *(LAST_APPLIED, SOURCE_RANGES, ARGO_TRACKING, HELM_RELEASE, HELM_NAMESPACE, HOSTNAME),
}
_INSTALLED = frozenset(
    {
        "app",
        "component",
        "app.kubernetes.io/name",
        "app.kubernetes.io/component",
        "app.kubernetes.io/version",
    }
)
_CONDITIONS = ("Ready", "NetworkUnavailable")
_FLAGS = ("lb-class", "ignore-exclude-lb")


def is_kept_annotation(key: str) -> bool:
    """Whether some answer looks at the annotation of a Service under this key."""
    return key in _ANNOTATIONS or key.startswith(_PREFIXES)


def _annotations(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    return {k: v for k, v in value.items() if is_kept_annotation(str(k))}


def _ignoring(value: Json) -> Json:
    """The one annotation that is looked at whatever the object is."""
    return {k: v for k, v in value.items() if k == IGNORE} if isinstance(value, dict) else value


def _labels(*names: str) -> Callable[[Json], Json]:
    wanted = frozenset(names) or _INSTALLED

    def chosen(value: Json) -> Json:
        return {k: v for k, v in value.items() if k in wanted} if isinstance(value, dict) else value

    return chosen


def _arguments(value: Json) -> Json:
    if not isinstance(value, list):
        return value
    return [v for v in value if not isinstance(v, str) or v.lstrip("-").partition("=")[0] in _FLAGS]


def _conditions(value: Json) -> Json:
    if not isinstance(value, list):
        return value
    return [
        {k: item[k] for k in ("type", "status") if k in item} if isinstance(item, dict) else item
        for item in value
        if not isinstance(item, dict) or item.get("type") in _CONDITIONS
    ]


def _availability(value: Json) -> Json:
    """Whether anything is available; that a status is there at all tells something too."""
    if not isinstance(value, dict) or not value:
        return value
    return {"availableReplicas": value.get("availableReplicas") or 0}


def _addresses_of_nobody(value: Json) -> Json:
    """Endpoints, whose addresses count only where no Pod is named."""
    if not isinstance(value, list):
        return value
    return [_kept(item, _ENDPOINT_NAMED if _names_a_pod(item) else _ENDPOINT) for item in value]


def _names_a_pod(item: Json) -> bool:
    target = item.get("targetRef") if isinstance(item, dict) else None
    return isinstance(target, dict) and bool(target.get("name") or target.get("namespace"))


_PLACE = {"name": True, "namespace": True}
_WRITERS = [{"manager": True, "operation": True, "subresource": True, "time": True}]
_META = {**_PLACE, "labels": True}
_WRITTEN = {"resourceVersion": True, "creationTimestamp": True, "managedFields": _WRITERS}
_TERMS = {"matchLabels": True, "matchExpressions": [{"key": True, "operator": True, "values": True}]}
_SELECTORS = [_TERMS]
_ADVERTISEMENT = {
    "ipAddressPools": True,
    "ipAddressPoolSelectors": _SELECTORS,
    "serviceSelectors": _SELECTORS,
    "nodeSelectors": _SELECTORS,
}
_ENDPOINT_NAMED = {
    "targetRef": _PLACE,
    "nodeName": True,
    "conditions": {"ready": True, "serving": True},
}
_ENDPOINT = {**_ENDPOINT_NAMED, "addresses": True}
_CONTAINER = {"name": True, "image": True, "args": _arguments}
_ANNOUNCED = {
    "metadata": _PLACE,
    "status": {"node": True, "serviceName": True, "serviceNamespace": True},
}
_ABOUT = {"kind": True, "namespace": True, "name": True, "uid": True}

#: The fields of each kind, beside apiVersion and kind; in this order the kinds stand in a snapshot.
KEPT: Mapping[str, Keep] = MappingProxyType(
    {
        "Service": {
            "metadata": {
                **_META,
                **_WRITTEN,
                "uid": True,
                "deletionTimestamp": True,
                "annotations": _annotations,
                "finalizers": True,
                "ownerReferences": [{"kind": True, "name": True, "controller": True}],
            },
            "spec": {
                **dict.fromkeys(
                    (
                        "type",
                        "loadBalancerClass",
                        "loadBalancerIP",
                        "loadBalancerSourceRanges",
                        "clusterIP",
                        "clusterIPs",
                        "ipFamilies",
                        "ipFamilyPolicy",
                        "externalTrafficPolicy",
                        "selector",
                        "healthCheckNodePort",
                    ),
                    True,
                ),
                "ports": [{"name": True, "port": True, "protocol": True}],
            },
            "status": {"loadBalancer": {"ingress": [{"ip": True, "hostname": True, "ipMode": True}]}},
        },
        "IPAddressPool": {
            "metadata": {**_META, **_WRITTEN, "annotations": _ignoring},
            "spec": {
                "addresses": True,
                "autoAssign": True,
                "avoidBuggyIPs": True,
                "serviceAllocation": {
                    "priority": True,
                    "namespaces": True,
                    "namespaceSelectors": _SELECTORS,
                    "serviceSelectors": _SELECTORS,
                },
            },
        },
        "Namespace": {"metadata": {"name": True, "uid": True, "labels": True}},
        "Event": {
            "metadata": {**_PLACE, "resourceVersion": True, "creationTimestamp": True},
            "involvedObject": _ABOUT,
            "regarding": _ABOUT,
            "source": {"component": True},
            "series": {"lastObservedTime": True},
            **dict.fromkeys(
                (
                    "reason",
                    "type",
                    "message",
                    "note",
                    "reportingComponent",
                    "reportingController",
                    "eventTime",
                    "firstTimestamp",
                    "lastTimestamp",
                ),
                True,
            ),
        },
        "Node": {
            "metadata": {"name": True, "labels": True},
            "status": {"conditions": _conditions, "addresses": [{"type": True, "address": True}]},
        },
        "EndpointSlice": {
            "metadata": {**_PLACE, "labels": _labels(SLICE_SERVICE)},
            "ports": [{"name": True}],
            "endpoints": _addresses_of_nobody,
        },
        "L2Advertisement": {
            "metadata": _PLACE,
            "spec": {
                **_ADVERTISEMENT,
                "interfaces": True,
                "preferredNodeSelectors": [{"weight": True, "preference": _TERMS}],
            },
        },
        "BGPAdvertisement": {
            "metadata": _PLACE,
            "spec": {
                **_ADVERTISEMENT,
                "peers": True,
                "localPref": True,
                "aggregationLength": True,
                "aggregationLengthV6": True,
            },
        },
        "BGPPeer": {"metadata": _PLACE, "spec": {"nodeSelectors": _SELECTORS}},
        "ServiceL2Status": _ANNOUNCED,
        "ServiceBGPStatus": _ANNOUNCED,
        "ConfigurationState": {
            "metadata": {
                **_PLACE,
                "labels": _labels("metallb.io/component-type"),
                "annotations": _ignoring,
            },
            "status": {"result": True, "errorSummary": True},
        },
        "Deployment": {
            "metadata": {**_PLACE, "labels": _labels(), "annotations": _ignoring},
            "spec": {"template": {"spec": {"containers": [_CONTAINER]}}},
            "status": _availability,
        },
        "Pod": {
            "metadata": {**_PLACE, "labels": _labels(), "deletionTimestamp": True},
            "spec": {"nodeName": True, "containers": [{"args": _arguments}]},
            "status": {"conditions": _conditions},
        },
        "DaemonSet": {"metadata": {**_PLACE, "labels": _labels(PROXY_NAME, PROXY_NAMESPACE)}},
        "ServiceCIDR": {"metadata": {"name": True}, "spec": {"cidrs": True}},
    }
)


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """The object as a snapshot has it, its fields in the order of their names.

    Its kind is one of KEPT; whether it is of the API group that is meant is for the caller to know.
    """
    head = {name: body[name] for name in ("apiVersion", "kind")}
    fields: dict[str, Any] = _kept(body, KEPT[str(body["kind"])])
    return {**head, **{name: fields[name] for name in sorted(fields)}}


def _kept(value: Json, keep: Keep) -> Json:
    if keep is True:
        return value
    if callable(keep):
        return keep(value)
    if isinstance(keep, list):
        return [_kept(item, keep[0]) for item in value] if isinstance(value, list) else value
    if not isinstance(value, Mapping):
        return value
    return {name: _kept(value[name], keep[name]) for name in sorted(keep) if name in value}
