"""A cluster as documents, with an honest list of what could not be had.

Rights often end at a namespace, and kinds of some MetalLB versions are not there at all: that is an
answer, not a failure. Only what no answer can do without (Services, a server that talks to us) is.
Refuses to interpret a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from types import MappingProxyType

from kubectl_sharedip.cluster.connection import Connection, Json
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.lists import list_resource, slimmed
from kubectl_sharedip.cluster.resources import RESOURCES, SERVICES, Resource
from kubectl_sharedip.cluster.side_by_side import side_by_side
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.raw import NotRead, NotReadReason, Origin, RawCluster, RawDocument

VERSION = "version"
USUAL_METALLB_NAMESPACE = "metallb-system"

_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_HOPELESS = ("unreachable", "unauthorized", "kubeconfig")  # no other request would fare better


@frozen
class _Reading:
    bodies: Sequence[Json] = ()
    not_read: tuple[NotRead, ...] = ()
    enough: bool = False
    version: str | None = None


def read_cluster(
    connection: Connection,
    resources: Iterable[str],
    *,
    metallb_namespace: str | None = None,
    labels: Mapping[str, str] = _NO_LABELS,
    whole_services: bool = False,
) -> RawCluster:
    """Everything there is of some resources, from all namespaces.

    ``resources`` are keys of RESOURCES, or ``version``; of those in ``labels`` only what the label
    selector there selects is listed, and counts as all there is. Services are those of type LoadBalancer,
    with ``whole_services`` those of every type, each with who set which field. The result names resources
    by their plural in the API (``deployments`` for ``metallb-deployments``). Where the cluster may not be
    listed, the current namespace is (Services, events, EndpointSlices) or ``metallb_namespace``
    (MetalLB's own objects; None for the usual one): NotRead with namespace None then stands beside
    documents; if not even that is allowed, a NotRead with that namespace too. MetalLB's own objects count
    as read where its namespace was. Documents are sorted by resource (as in RESOURCES), namespace and name.

    Raises ClusterError where the server cannot be reached or knows nobody of that name, and where no
    Service at all may be read; ValueError for a resource that is not in the table.
    """
    wanted = set(resources)
    unknown = wanted - set(RESOURCES) - {VERSION}
    if unknown:
        raise ValueError(f"not in the table of resources: {', '.join(sorted(unknown))}")
    taken_at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [
        replace(row, selections=({"labelSelector": labels[name]},)) if name in labels else row
        for name, row in RESOURCES.items()
        if name in wanted
    ]
    if whole_services:
        rows = [replace(row, selections=({},)) if row is SERVICES else row for row in rows]
    own = metallb_namespace or USUAL_METALLB_NAMESPACE
    tasks: list[Callable[[], _Reading]] = [
        partial(_read, connection, row, own, whole=whole_services and row.plural == SERVICES.plural)
        for row in rows
    ]
    if VERSION in wanted:
        tasks.append(partial(_read_version, connection))
    readings = side_by_side(tasks)
    missing = {gap for reading in readings for gap in reading.not_read}
    unread = {gap.resource for reading in readings if not reading.enough for gap in reading.not_read}
    asked = {row.plural for row in rows} | (wanted & {VERSION})
    origin = Origin()
    return RawCluster(
        documents=tuple(
            RawDocument(body=body, origin=origin)
            for reading in readings
            for body in sorted(reading.bodies, key=_place)
        ),
        read=frozenset(asked - unread),
        not_read=tuple(sorted(missing, key=lambda gap: (gap.resource, gap.namespace or "", gap.reason))),
        taken_at=taken_at,
        context=connection.context,
        server=connection.server,
        kubernetes=next((reading.version for reading in readings if reading.version), None),
    )


def get_service(connection: Connection, namespace: str, name: str, *, whole: bool = False) -> Json | None:
    """One Service of any type, or None where there is none of that name.

    ``whole`` keeps who set which field, which is most of it. Raises ClusterError.
    """
    try:
        body = connection.request("GET", SERVICES.path(namespace, name))
        return body if whole else slimmed(body)
    except ClusterError as error:
        if error.kind == "not-found":
            return None
        raise


def cluster_uid(connection: Connection) -> str | None:
    """What tells this cluster from every other: the uid of kube-system. None where it may not be read.

    Raises ClusterError where the server cannot be asked.
    """
    try:
        found = connection.request("GET", RESOURCES["namespaces"].path(name="kube-system"))
    except ClusterError as error:
        if error.kind in ("forbidden", "not-found"):
            return None
        raise
    return (found.get("metadata") or {}).get("uid")


def _read(connection: Connection, row: Resource, metallb_namespace: str, *, whole: bool) -> _Reading:
    try:
        return _Reading(bodies=list_resource(connection, row, whole=whole))
    except ClusterError as error:
        gap = NotRead(resource=row.plural, reason=_reason(error, row))
        if error.kind != "forbidden" or row.fallback == "none":
            return _Reading(not_read=(gap,))
        namespace = connection.namespace if row.fallback == "current" else metallb_namespace
        forbidden = error
    try:
        bodies = list_resource(connection, row, namespace, whole=whole)
        return _Reading(bodies=bodies, not_read=(gap,), enough=row.fallback == "metallb")
    except ClusterError as error:
        if row.plural == SERVICES.plural and error.kind == "forbidden":
            raise forbidden from None  # it names the right that is wanted
        there = NotRead(resource=row.plural, namespace=namespace, reason=_reason(error, row))
        return _Reading(not_read=(gap, there))


def _read_version(connection: Connection) -> _Reading:
    try:
        return _Reading(version=connection.request("GET", "/version").get("gitVersion"))
    except ClusterError as error:
        return _Reading(not_read=(NotRead(resource=VERSION, reason=_reason(error, None)),))


def _reason(error: ClusterError, row: Resource | None) -> NotReadReason:
    """Why something is missing; raises the error again where nothing may be missing."""
    if error.kind in _HOPELESS or (row and row.plural == SERVICES.plural and error.kind != "forbidden"):
        raise error
    if error.kind == "forbidden":
        return "forbidden"
    return "absent" if error.kind == "not-found" else "failed"


def _place(body: Json) -> tuple[str, str]:
    metadata = body.get("metadata") or {}
    return metadata.get("namespace") or "", metadata.get("name") or ""
