"""What stands in a snapshot: the objects that answers are made from.

It exists so that every command answers from the file what it answered from the cluster. Refuses to
judge the objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.files.kept import KEPT, PROXY_NAME, SLICE_SERVICE, is_kept_annotation, kept
from kubectl_sharedip.files.resources import resource_of
from kubectl_sharedip.model.raw import RawCluster

KIND = "Snapshot"
API_VERSION = "sharedip/v1"
_API_GROUP = "sharedip/"
Applied = Mapping[tuple[str, str], frozenset[tuple[str, ...]]]
_VERSION = "version"
_SPEAKERS = (
    {"app": "metallb", "component": "speaker"},
    {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "speaker"},
)

#: What a snapshot can hold.
RESOURCES = frozenset(
    {
        _VERSION,
        "services",
        "ipaddresspools",
        "namespaces",
        "events",
        "nodes",
        "endpointslices",
        "l2advertisements",
        "bgpadvertisements",
        "bgppeers",
        "servicel2statuses",
        "servicebgpstatuses",
        "configurationstates",
        "deployments",
        "pods",
        "daemonsets",
        "servicecidrs",
    }
)


def is_snapshot(body: Mapping[str, Any]) -> bool:
    """Whether a document is a snapshot of this program, of whatever version."""
    return body.get("kind") == KIND and str(body.get("apiVersion")).startswith(_API_GROUP)


def items_of(raw: RawCluster) -> list[dict[str, Any]]:
    """The objects that answers are made from, each with the fields that they look at.

    They stand kind by kind, those of a kind as they came: of Services that are not applied yet the
    order decides who is served first.
    """
    order = {kind: place for place, kind in enumerate(KEPT)}
    wanted = [document.body for document in raw.documents if _resource(document.body) in RESOURCES]
    slices = {_place(body) for body in wanted if body["kind"] == "Service" and _may_have_address(body)}
    found = [kept(body) for body in wanted if _matters(body, slices)]
    return sorted(found, key=lambda body: order[body["kind"]])


def applied_kept(applied: Applied) -> Applied:
    """What an earlier apply has set, as far as it is kept, of those Services of which that is anything."""
    fields = {
        name: frozenset(
            path for path in paths if path[:2] != ("metadata", "annotations") or is_kept_annotation(path[2])
        )
        for name, paths in applied.items()
    }
    return {name: paths for name, paths in fields.items() if paths}


def _resource(body: Mapping[str, Any]) -> str | None:
    return (
        resource_of(str(body.get("apiVersion")), str(body.get("kind"))) if body.get("kind") in KEPT else None
    )


def _matters(body: Mapping[str, Any], slices: set[tuple[str, str]]) -> bool:
    labels = _mapping(_mapping(body, "metadata"), "labels")
    if body["kind"] == "Pod":
        return any(all(labels.get(k) == v for k, v in wanted.items()) for wanted in _SPEAKERS)
    if body["kind"] == "DaemonSet":
        return bool(labels.get(PROXY_NAME))
    if body["kind"] == "EndpointSlice":
        return (_place(body)[0], str(labels.get(SLICE_SERVICE))) in slices
    return True


def _may_have_address(body: Mapping[str, Any]) -> bool:
    shown_ = _mapping(_mapping(body, "status"), "loadBalancer").get("ingress")
    return _mapping(body, "spec").get("type") == "LoadBalancer" or bool(shown_)


def _place(body: Mapping[str, Any]) -> tuple[str, str]:
    metadata = _mapping(body, "metadata")
    return str(metadata.get("namespace") or "default"), str(metadata.get("name") or "")


def _mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, Mapping) else {}
