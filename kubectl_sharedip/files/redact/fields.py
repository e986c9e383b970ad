"""Which field of a kept object is what: a table of kinds, read once to show and once to rename.

It stands beside files/kept.py, and has a word for every field of it. A field that it does not have is
renamed as something of which nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kubectl_sharedip.files import kept
from kubectl_sharedip.files.redact import words
from kubectl_sharedip.files.redact.messages import REMOVED, message
from kubectl_sharedip.files.redact.renaming import Renaming

Json = Any
How = Callable[[Renaming, Json], Json]
_WORD = re.compile(r"[^,\s]+")
_CODE = re.compile(r"(?:SIP)?\d+", re.IGNORECASE | re.ASCII)
_DATAGRAM = re.compile(r"\s*([0-9]{1,5}):(?:[0-9a-fA-F]{2}){1,512}\s*")

#: A field is renamed by a function, field by field, or item by item (a list of one).
Rule = Any


def _text(rename: Callable[[Renaming, str], str]) -> How:
    """The rename for texts; what should be a text and is none holds something of which nothing is known."""
    return lambda names, value: rename(names, value) if isinstance(value, str) else names.opaque(value)


def _texts(rename: Callable[[Renaming, str], str]) -> How:
    each = _text(rename)

    def all_of(names: Renaming, value: Json) -> Json:
        return [each(names, item) for item in value] if isinstance(value, list) else names.opaque(value)

    return all_of


def _node_address(names: Renaming, text: str) -> str:
    """An address, or a host name."""
    return names.address(text) if text[:1].isdigit() or ":" in text else names.name("host", text)


def _named(kind: str) -> How:
    return _text(lambda names, text: names.name(kind, text))


def _one_of(known: frozenset[str], kind: str) -> How:
    """Words of a vocabulary stay, all others are renamed."""
    return _text(lambda names, text: text if text in known else names.name(kind, text))


def _stays(names: Renaming, value: Json) -> Json:
    return value if not isinstance(value, dict | list) else names.opaque(value)


def _labels(names: Renaming, value: Json) -> Json:
    if not isinstance(value, dict):
        return names.opaque(value)
    return {names.label_key(str(k)): names.label_value(str(k), v) for k, v in value.items()}


def _expressions(names: Renaming, value: Json) -> Json:
    if not isinstance(value, list):
        return names.opaque(value)
    return [_expression(names, item) if isinstance(item, dict) else names.opaque(item) for item in value]


def _expression(names: Renaming, item: Mapping[str, Json]) -> Json:
    key, values = item.get("key"), item.get("values")
    found = dict(item)
    if "key" in item:
        found["key"] = names.label_key(key) if isinstance(key, str) else names.opaque(key)
    if "values" in item:
        several = values if isinstance(values, list) else None
        compared = [names.label_value(str(key), one) for one in several or ()]
        found["values"] = names.opaque(values) if several is None else compared
    return found


def _annotations(names: Renaming, value: Json) -> Json:
    if not isinstance(value, dict):
        return names.opaque(value)
    return {str(key): _annotation(names, str(key), text) for key, text in value.items()}


def _annotation(names: Renaming, key: str, value: Json) -> Json:
    if key.startswith(kept.METALLB_PREFIXES):
        return names.setting(key, value)
    if not isinstance(value, str):
        return names.opaque(value)
    of_a_tool = _OF_TOOLS.get(key)
    return of_a_tool(names, value) if of_a_tool is not None else names.label_value(key, value)


def _source_ranges(names: Renaming, value: str) -> str:
    parts = value.split(",")
    return ",".join(names.source_range(part.strip()) if part.strip() else part for part in parts)


def _tracking(names: Renaming, value: str) -> str:
    """``application:group/kind:namespace/name``; whether it is about this Service has to stay to be seen."""
    application, _, about = value.partition(":")
    group, _, place = about.partition(":")
    renamed = names.service_text(place) if group == "/Service" else None
    where = f"{group}:{renamed}" if renamed is not None else names.name("word", about)
    return f"{names.name('value', application)}:{where}"


def _codes(names: Renaming, value: str) -> str:
    """Codes of findings; whatever else stands there is somebody's."""
    return _WORD.sub(lambda word: word[0] if _CODE.fullmatch(word[0]) else names.name("word", word[0]), value)


def _datagrams(_: Renaming, value: str) -> str:
    """``PORT:HEX`` with one byte each: a question that is asked over UDP may well hold a name."""
    parts = (_DATAGRAM.fullmatch(part) for part in value.split(","))
    return ",".join(f"{part[1]}:00" if part else REMOVED for part in parts)


def _hostnames(names: Renaming, value: str) -> str:
    return ",".join(names.name("host", part.strip()) for part in value.split(","))


_OF_TOOLS: Mapping[str, Callable[[Renaming, str], str]] = {
    kept.LAST_APPLIED: lambda _, __: REMOVED,
    kept.SOURCE_RANGES: _source_ranges,
    kept.ARGO_TRACKING: _tracking,
    kept.HELM_NAMESPACE: Renaming.namespace,
    kept.HOSTNAME: _hostnames,
    kept.IGNORE: _codes,
    kept.UDP_PROBE: _datagrams,
    kept.WOKEN: lambda names, value: value if value in ("1", "2") else names.name("value", value),
}


def _image(names: Renaming, value: Json) -> Json:
    """The version, and nothing of where the image lies."""
    if not isinstance(value, str):
        return names.opaque(value)
    tag = value.partition("@")[0].rpartition(":")[2]
    known = tag.removeprefix("v").replace(".", "").isdigit()
    return f"controller:{tag}" if known else "controller"


def _arguments(names: Renaming, value: Json) -> Json:
    if not isinstance(value, list):
        return names.opaque(value)
    return [_argument(names, item) if isinstance(item, str) else names.opaque(item) for item in value]


def _argument(names: Renaming, text: str) -> str:
    flag, sign, value = text.partition("=")
    if flag.lstrip("-") == "lb-class":
        return f"{flag}{sign}{names.name('class', value)}"
    known = value.lower() in ("", "true", "false", "t", "f", "1", "0")
    return text if known else f"{flag}{sign}{names.name('word', value)}"


def _state_name(names: Renaming, value: Json) -> Json:
    """``controller``, or ``speaker-`` with the node: the component may stand in the name alone."""
    if not isinstance(value, str):
        return names.opaque(value)
    head, dash, node = value.partition("-")
    if head not in ("controller", "speaker"):
        return names.name("state", value)
    return f"{head}{dash}{names.name('node', node)}"


def _by_label(**rules: How) -> How:
    """Labels of MetalLB's own objects; those with a rule hold the name of something."""
    by_key = {_KEYS[name]: rule for name, rule in rules.items()}

    def renamed(names: Renaming, value: Json) -> Json:
        if not isinstance(value, dict):
            return names.opaque(value)
        return {
            str(key): by_key[key](names, one) if key in by_key else names.label_value(str(key), one)
            for key, one in value.items()
        }

    return renamed


_KEYS = {
    "slice_service": kept.SLICE_SERVICE,
    "proxy_name": kept.PROXY_NAME,
    "proxy_namespace": kept.PROXY_NAMESPACE,
    "version": "app.kubernetes.io/version",
}
_NAMESPACE: How = _text(Renaming.namespace)
_ADDRESS: How = _text(Renaming.address)
_SERVICE = _named("svc")
_POOLS = _texts(lambda names, text: names.name("pool", text))
_UID = _named("uid")
_TERMS = {"matchLabels": _labels, "matchExpressions": _expressions}
_ADVERTISEMENT = {
    "ipAddressPools": _POOLS,
    "ipAddressPoolSelectors": [_TERMS],
    "serviceSelectors": [_TERMS],
    "nodeSelectors": [_TERMS],
}
_WRITERS = [
    {
        "manager": _one_of(words.MANAGERS, "manager"),
        "operation": _stays,
        "subresource": _stays,
        "time": _stays,
    }
]
_ABOUT = {"kind": _stays, "namespace": _NAMESPACE, "name": _SERVICE, "uid": _UID}
_COMPONENT = _one_of(words.COMPONENTS, "component")


def _meta(kind: str, **more: Rule) -> Rule:
    return {
        "name": _named(kind),
        "namespace": _NAMESPACE,
        "labels": _labels,
        "uid": _UID,
        **dict.fromkeys(("resourceVersion", "creationTimestamp", "deletionTimestamp"), _stays),
        "managedFields": _WRITERS,
        **more,
    }


_ANNOUNCED = {
    "metadata": _meta("status"),
    "status": {"node": _named("node"), "serviceName": _SERVICE, "serviceNamespace": _NAMESPACE},
}

RULES: Mapping[str, Rule] = {
    "Service": {
        "metadata": _meta(
            "svc",
            annotations=_annotations,
            finalizers=_texts(
                lambda names, text: text if text in words.FINALIZERS else names.name("finalizer", text)
            ),
            ownerReferences=[
                {"kind": _one_of(words.OWNER_KINDS, "kind"), "name": _named("owner"), "controller": _stays}
            ],
        ),
        "spec": {
            **dict.fromkeys(
                (*("type", "externalTrafficPolicy", "ipFamilyPolicy", "healthCheckNodePort"),),
                _stays,
            ),
            "ipFamilies": _texts(lambda names, text: text),
            "loadBalancerClass": _named("class"),
            "loadBalancerIP": _ADDRESS,
            "loadBalancerSourceRanges": _texts(Renaming.source_range),
            "clusterIP": _text(lambda names, text: text if text in ("", "None") else names.address(text)),
            "clusterIPs": _texts(lambda names, text: text if text in ("", "None") else names.address(text)),
            "selector": _labels,
            "ports": [{"name": _named("port"), "port": _stays, "protocol": _stays}],
        },
        "status": {
            "loadBalancer": {"ingress": [{"ip": _ADDRESS, "hostname": _named("host"), "ipMode": _stays}]}
        },
    },
    "IPAddressPool": {
        "metadata": _meta("pool", annotations=_annotations),
        "spec": {
            "addresses": _texts(Renaming.range),
            "autoAssign": _stays,
            "avoidBuggyIPs": _stays,
            "serviceAllocation": {
                "priority": _stays,
                "namespaces": _texts(Renaming.namespace),
                "namespaceSelectors": [_TERMS],
                "serviceSelectors": [_TERMS],
            },
        },
    },
    # Only which families there are is looked at, and in which order.
    "ServiceCIDR": {
        "metadata": {"name": _stays},
        "spec": {"cidrs": _texts(lambda names, text: "e000::/4" if ":" in text else "240.0.0.0/4")},
    },
    "Namespace": {"metadata": _meta("ns", name=_NAMESPACE)},
    "Event": {
        "metadata": _meta("event"),
        "involvedObject": _ABOUT,
        "regarding": _ABOUT,
        "reason": _one_of(words.REASONS, "reason"),
        **dict.fromkeys(("type", "eventTime", "firstTimestamp", "lastTimestamp"), _stays),
        "series": {"lastObservedTime": _stays},
        "source": {"component": _COMPONENT},
        "reportingComponent": _COMPONENT,
        "reportingController": _COMPONENT,
        "message": _text(message),
        "note": _text(message),
    },
    "Node": {
        "metadata": _meta("node"),
        "status": {
            "conditions": [{"type": _stays, "status": _stays}],
            "addresses": [{"type": _stays, "address": _text(_node_address)}],
        },
    },
    "EndpointSlice": {
        "metadata": _meta("slice", labels=_by_label(slice_service=_SERVICE)),
        "ports": [{"name": _named("port")}],
        "endpoints": [
            {
                "targetRef": {"name": _named("pod"), "namespace": _NAMESPACE},
                "addresses": _texts(Renaming.address),
                "nodeName": _named("node"),
                "conditions": {"ready": _stays, "serving": _stays},
            }
        ],
    },
    "L2Advertisement": {
        "metadata": _meta("l2"),
        "spec": {
            **_ADVERTISEMENT,
            "interfaces": _texts(lambda names, text: names.name("iface", text)),
            "preferredNodeSelectors": [{"weight": _stays, "preference": _TERMS}],
        },
    },
    "BGPAdvertisement": {
        "metadata": _meta("bgp"),
        "spec": {
            **_ADVERTISEMENT,
            "peers": _texts(lambda names, text: names.name("peer", text)),
            **dict.fromkeys(("localPref", "aggregationLength", "aggregationLengthV6"), _stays),
        },
    },
    "BGPPeer": {"metadata": _meta("peer"), "spec": {"nodeSelectors": [_TERMS]}},
    "ServiceL2Status": _ANNOUNCED,
    "ServiceBGPStatus": _ANNOUNCED,
    "ConfigurationState": {
        "metadata": _meta("state", name=_state_name, annotations=_annotations),
        "status": {"result": _stays, "errorSummary": _text(message)},
    },
    "Deployment": {
        "metadata": _meta("deployment", labels=_by_label(version=_stays), annotations=_annotations),
        "spec": {
            "template": {"spec": {"containers": [{"name": _stays, "image": _image, "args": _arguments}]}}
        },
        "status": {"availableReplicas": _stays},
    },
    "Pod": {
        "metadata": _meta("pod", labels=_by_label(version=_stays)),
        "spec": {"nodeName": _named("node"), "containers": [{"args": _arguments}]},
        "status": {
            "conditions": [{"type": _stays, "status": _stays}],
            "addresses": [{"type": _stays, "address": _text(_node_address)}],
        },
    },
    "DaemonSet": {
        "metadata": _meta("daemonset", labels=_by_label(proxy_name=_SERVICE, proxy_namespace=_NAMESPACE))
    },
}


def renamed(names: Renaming, body: Mapping[str, Json]) -> dict[str, Json]:
    """The object with everything in it renamed, or shown to ``names`` while they are not frozen."""
    kind = str(body["kind"])
    head = {"apiVersion": body["apiVersion"], "kind": kind}
    rest = {name: value for name, value in body.items() if name not in head}
    if kind == "Event" and not _by_metallb(body):
        rest = {name: REMOVED if name in ("message", "note") else value for name, value in rest.items()}
        return {**head, **_renamed(names, rest, {**RULES[kind], "message": _stays, "note": _stays})}
    found: dict[str, Json] = _renamed(names, rest, RULES[kind])
    return {**head, **found}


def _by_metallb(event: Mapping[str, Json]) -> bool:
    source = event.get("source")
    told = [source.get("component")] if isinstance(source, dict) else []
    told += [event.get("reportingComponent"), event.get("reportingController")]
    first = next((one for one in told if one), "")
    return str(first).startswith("metallb")


def _renamed(names: Renaming, value: Json, rule: Rule) -> Json:
    if rule is None:
        return names.opaque(value)
    if callable(rule):
        return rule(names, value)
    if isinstance(rule, list):
        if not isinstance(value, list):
            return names.opaque(value)
        return [_renamed(names, item, rule[0]) for item in value]
    if not isinstance(value, Mapping):
        return names.opaque(value)
    return {name: _renamed(names, one, rule.get(name)) for name, one in value.items()}
