"""Empties a real cluster for the next test, far quicker than a new one is started.

Why it exists: a start costs seconds, a wipe a fraction of one. It cannot remove namespaces (that
takes a controller-manager), and leaves what it cannot tell from the system's own: CRDs that a
test added, and cluster-wide objects other than nodes, cluster roles and their bindings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import metallb
from .api import METADATA_LIST, Api

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})
# What stays, as (resource, namespace): name.
_KEPT: Mapping[tuple[str, str], str] = {
    ("services", "default"): "kubernetes",
    ("pods", metallb.NAMESPACE): metallb.POD,
    ("deployments", metallb.NAMESPACE): metallb.DEPLOYMENT,
    ("configurationstates", metallb.NAMESPACE): metallb.STATE,
}
_CLUSTER_WIDE = (
    "/api/v1/nodes",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?labelSelector=!kubernetes.io/bootstrapping",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=!kubernetes.io/bootstrapping",
)
# At once, without waiting for a kubelet or a garbage collector that are not there.
_NOW = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """One kind of namespaced object: its name in paths and the path of its API group."""

    group: str
    resource: str


def wipe(api: Api) -> None:
    """Delete what tests made, while MetalLB's controller is not running.

    Were it running, it would go through all Services again for each that is deleted (with thirty
    that took seconds), and write events about what is about to go.
    """
    for kind in _kinds(api):
        _delete(api, kind)
    for path in _CLUSTER_WIDE:
        api.request("DELETE", path, _NOW)


def _delete(api: Api, kind: _Kind) -> None:
    """Delete all objects of a kind but those kept."""
    for namespace, finalized in _names(api, kind).items():
        path = f"{kind.group}/namespaces/{namespace}/{kind.resource}"
        for name in finalized:  # nobody here would take the finalizers off
            patch = {"metadata": {"finalizers": None}}
            api.request("PATCH", f"{path}/{name}", patch, "application/merge-patch+json")
        kept = _KEPT.get((kind.resource, namespace))
        selector = f"?fieldSelector=metadata.name!={kept}" if kept else ""
        api.request("DELETE", path + selector, _NOW)


def _names(api: Api, kind: _Kind) -> dict[str, list[str]]:
    """Namespaces with objects to delete, each with the names of those that have finalizers."""
    result: dict[str, list[str]] = {}
    items = api.request("GET", f"{kind.group}/{kind.resource}", accept=METADATA_LIST)["items"]
    for item in items or ():  # an empty list of metadata comes as null
        metadata = item["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        if namespace in SYSTEM_NAMESPACES or _KEPT.get((kind.resource, namespace)) == name:
            continue
        finalized = result.setdefault(namespace, [])
        if metadata.get("finalizers"):
            finalized.append(name)
    return result


def _kinds(api: Api) -> Iterator[_Kind]:
    """Every namespaced kind that can be listed and deleted together, once each.

    All versions of a group are looked at: MetalLB's preferred one knows BGPPeers and nothing else.
    """
    yield from _kinds_in(api, ["/api/v1"])
    for group in api.request("GET", "/apis")["groups"]:
        yield from _kinds_in(api, [f"/apis/{version['groupVersion']}" for version in group["versions"]])


def _kinds_in(api: Api, versions: list[str]) -> Iterator[_Kind]:
    seen = set()
    for path in versions:
        for entry in api.request("GET", path)["resources"]:
            name = entry["name"]
            if name in seen or not entry["namespaced"]:
                continue
            if {"list", "deletecollection"} <= set(entry["verbs"]):
                seen.add(name)
                yield _Kind(group=path, resource=name)
