"""Whole lists out of an API server that hands them out page by page.

What nobody looks at is dropped from each page as it comes, so that a cluster with thousands of
Services costs what its Services say and not what their editors left behind. Refuses to sort and to
judge; what is forbidden or absent is the caller's to make sense of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from kubectl_sharedip.cluster.ahead import next_place
from kubectl_sharedip.cluster.connection import Connection, Json
from kubectl_sharedip.cluster.errand import Errand
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.resources import SERVICE_TYPE, SERVICE_TYPE_SELECTOR, Resource

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def list_resource(
    connection: Connection, resource: Resource, namespace: str | None = None, *, whole: bool = False
) -> list[Json]:
    """All wanted objects of a resource, each once; ``namespace`` None is the whole cluster.

    ``whole`` keeps who set which field, which is most of an object.

    Raises ClusterError.
    """
    keep: _Keep = _as_it_is if whole else slimmed
    if resource.names:
        return list(_by_name(connection, resource, keep))
    if len(resource.selections) == 1:  # one list has nothing twice
        return _selected(connection, resource.path(namespace), resource.selections[0], keep)
    found: dict[str, Json] = {}
    for query in resource.selections:
        for body in _selected(connection, resource.path(namespace), query, keep):
            found.setdefault(_identity(body), body)
    return list(found.values())


_Keep = Callable[[Json], Json]


def slimmed(body: Json) -> Json:
    """``body`` itself, without what kubectl apply noted down for itself.

    Of managedFields it is kept who wrote and when; which fields were written is the bulk of it.
    """
    metadata = body.get("metadata") or {}
    for entry in metadata.get("managedFields") or ():
        entry.pop("fieldsV1", None)
    annotations = metadata.get("annotations") or {}
    if annotations.pop(_LAST_APPLIED, None) is not None and not annotations:
        del metadata["annotations"]
    return body


def _as_it_is(body: Json) -> Json:
    return body


def is_load_balancer(body: Mapping[str, Any]) -> bool:
    """Whether a Service has the type that MetalLB serves."""
    return (body.get("spec") or {}).get("type") == SERVICE_TYPE


def _selected(connection: Connection, path: str, query: Mapping[str, str], keep: _Keep) -> list[Json]:
    try:
        return _pages(connection, path, query, keep)
    except ClusterError as error:
        # Before Kubernetes 1.31 Services cannot be selected by type: take them all, keep the same ones.
        if error.status == 400 and query == SERVICE_TYPE_SELECTOR:
            return [body for body in _pages(connection, path, {}, keep) if is_load_balancer(body)]
        raise


def _pages(connection: Connection, path: str, query: Mapping[str, str], keep: _Keep) -> list[Json]:
    try:
        return list(_paged(connection, path, query, keep, connection.chunk_size))
    except ClusterError as error:
        if error.status != 410:
            raise
        # The list has grown too old between two pages. In one piece it cannot.
        return list(_paged(connection, path, query, keep, 0))


def _paged(
    connection: Connection, path: str, query: Mapping[str, str], keep: _Keep, size: int
) -> Iterator[Json]:
    limited: dict[str, str | int] = {**query, **({"limit": size} if size else {})}
    answer = connection.fetched(path, limited)
    while True:
        place = next_place(answer)
        following = partial(connection.fetched, path, {**limited, "continue": place})
        coming = Errand(following) if place else None  # it comes while this page is read
        page = connection.decoded(answer)
        # Objects in a list do not say what they are; the list does.
        header = {"apiVersion": page.get("apiVersion"), "kind": str(page.get("kind")).removesuffix("List")}
        for item in page.get("items") or ():
            yield keep({**header, **item})
        place = (page.get("metadata") or {}).get("continue") or ""
        if not place:
            return
        answer = coming.result() if coming else connection.fetched(path, {**limited, "continue": place})


def _by_name(connection: Connection, resource: Resource, keep: _Keep) -> Iterator[Json]:
    for name in resource.names:
        try:
            yield keep(connection.request("GET", resource.path(name=name)))
        except ClusterError as error:
            if error.kind != "not-found":
                raise


def _identity(body: Json) -> str:
    metadata = body.get("metadata") or {}
    return metadata.get("uid") or f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
