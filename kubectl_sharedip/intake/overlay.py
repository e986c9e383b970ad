"""Manifests laid over what a cluster has, as the API server does with a server-side apply.

New objects are added. Of a known one the fields of the manifest are merged onto the live object: maps
by key, the ports of a Service by port and protocol, every other list and a selector as a whole. What an
earlier apply of a Service had set and the manifest has no more is taken away first. Refuses to judge what
the API server would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kubectl_sharedip.intake.families import with_families
from kubectl_sharedip.intake.owned import Path, fields_of, without
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument

Json = dict[str, Any]
Place = tuple[str, str, str, str]  # API group, kind, namespace, name

_NONE: frozenset[Path] = frozenset()
_CLUSTER_WIDE = frozenset({"Namespace", "Node", "CustomResourceDefinition"})
_METALLB = "metallb.io"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
#: What an export of a live object carries along, and an apply does not set.
_SERVERS_OWN = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")
_LEAVING = ("deletionTimestamp", "deletionGracePeriodSeconds")
#: Taken as a whole, although they are maps.
_ATOMIC = ("selector",)


@frozen
class Applied:
    """The cluster with the manifests applied.

    ``cluster`` has each object once, as it is in the end. ``services`` are the Services in the order
    of the manifests, each as it is when its manifest has been applied, also where one stands twice.
    ``unchanged`` says of which of these the API server has nothing to change; ``repeated`` are the
    manifests of an object that had one before, each with the place of that.
    """

    cluster: RawCluster
    services: tuple[RawDocument, ...]
    unchanged: tuple[bool, ...]
    repeated: tuple[tuple[RawDocument, Origin], ...]


def lay_over(
    live: RawCluster,
    manifests: RawCluster,
    *,
    applied: Mapping[tuple[str, str], frozenset[Path]],
    namespace: str,
    metallb_namespace: str,
    families: tuple[str, ...],
) -> Applied:
    """The manifests over the live objects, each on what those before it made.

    Arguments: what was read of the cluster and of the files; for Services by namespace and name what an
    earlier apply has set; the namespace of manifests that name none, and that of MetalLB's own objects;
    the IP families of the cluster (``ipv4``, ``ipv6``).
    """
    owned = {("", "Service", *name): paths for name, paths in applied.items()}
    known = {_place(one.body, namespace, metallb_namespace): one for one in live.documents}
    seen: dict[Place, Origin] = {}
    services: list[RawDocument] = []
    unchanged: list[bool] = []
    repeated: list[tuple[RawDocument, Origin]] = []
    for number, manifest in enumerate(manifests.documents):
        place = _place(manifest.body, namespace, metallb_namespace)
        if not place[-1]:  # whoever reads it says so; two without a name are not the same object
            known[place[0], place[1], place[2], f"/{number}"] = manifest
            continue
        before = known.get(place)
        if place[:2] == ("", "Service"):
            fields = fields_of(manifest.body)
            left = without(before.body, owned.get(place, _NONE) - fields) if before else None
            owned[place] = fields
            body = with_families(_applied(left, manifest.body, place), families)
        else:
            body = _applied(before.body if before else None, manifest.body, place)
        after = RawDocument(body=body, origin=manifest.origin)
        if place in seen:
            repeated.append((manifest, seen[place]))
        seen[place] = manifest.origin
        known[place] = after
        if place[:2] == ("", "Service"):
            services.append(after)
            unchanged.append(before is not None and before.body == body)
    return Applied(
        cluster=replace(live, documents=tuple(known.values()), files=manifests.files),
        services=tuple(services),
        unchanged=tuple(unchanged),
        repeated=tuple(repeated),
    )


def _place(body: Mapping[str, Any], namespace: str, metallb_namespace: str) -> Place:
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    kind = str(body.get("kind"))
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    usual = metallb_namespace if group == _METALLB else namespace
    there = "" if kind in _CLUSTER_WIDE else str(metadata.get("namespace") or usual)
    return group, kind, there, str(metadata.get("name") or "")


def _applied(live: Mapping[str, Any] | None, manifest: Mapping[str, Any], place: Place) -> Json:
    """The object after the manifest is applied to it; ``live`` None where there was none."""
    wanted = {name: value for name, value in manifest.items() if name != "status"}
    metadata = manifest.get("metadata")
    if isinstance(metadata, Mapping):
        left_out = (*_SERVERS_OWN, *_LEAVING)
        kept = {name: value for name, value in metadata.items() if name not in left_out}
        annotations = kept.get("annotations")
        if isinstance(annotations, Mapping) and _LAST_APPLIED in annotations:
            kept["annotations"] = {key: text for key, text in annotations.items() if key != _LAST_APPLIED}
        wanted["metadata"] = {**kept, **({"namespace": place[2]} if place[2] else {})}
    return _merged(live or {}, wanted)


def _merged(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> Json:
    after = dict(live)
    for name, value in wanted.items():
        if value is None:
            after.pop(name, None)
        elif name == "ports" and isinstance(value, list):
            after[name] = _ports(after.get(name), value)
        elif isinstance(value, Mapping) and name not in _ATOMIC:
            before = after.get(name)
            after[name] = _merged(before if isinstance(before, Mapping) else {}, value)
        else:
            after[name] = value
    return after


def _ports(live: Any, wanted: list[Any]) -> list[Any]:
    """The live ports with those of the manifest merged in, and new ones behind them."""
    after: dict[object, Any] = {_port(one, at): one for at, one in enumerate(live or ())}
    for at, one in enumerate(wanted):
        key = _port(one, at)
        before = after.get(key)
        both = isinstance(before, Mapping) and isinstance(one, Mapping)
        after[key] = {**before, **one} if both and before is not None else one
    return list(after.values())


def _port(port: Any, at: int) -> object:
    if not isinstance(port, Mapping):
        return at, "not a port"
    return port.get("port"), port.get("protocol") or "TCP"
