"""A snapshot of a cluster, read as that cluster was read: what a command does not ask for is not there.

It exists so that an answer from a snapshot is the answer of then, with the same checks left out for the
same reasons. Objects of other files that were given beside it are all taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from kubectl_sharedip.cli.announced import Key, MoreOf, with_announcing
from kubectl_sharedip.cluster.resources import RESOURCES, SERVICE_TYPE
from kubectl_sharedip.files.resources import resource_of
from kubectl_sharedip.intake.endpoints import SERVICE_LABEL
from kubectl_sharedip.model.raw import RawCluster, RawDocument

Asked = Callable[[Key], bool]  # whether a Service is meant


def replayed(
    raw: RawCluster, resources: Iterable[str], *, named: Asked, announced: Asked | None, announcing: bool
) -> RawCluster:
    """What reading these resources of the cluster gave.

    ``resources`` are keys of RESOURCES, or ``version``; ``named`` says which Services are asked for, of
    whatever type; with ``announcing`` also what tells who answers for the addresses of those, and of
    those that ``announced`` says.
    """
    first = _part(raw, resources, named)
    if not announcing:
        return first
    keys = map(_key, _services(raw))
    asked = {key for key in keys if named(key) or (announced is not None and announced(key))}
    return with_announcing(first, asked, of_record(raw))


def of_record(raw: RawCluster) -> MoreOf:
    """Takes more of a recorded cluster, as it would be read of a live one."""
    return lambda names, resources: _slices_of(_part(raw, resources, lambda _: False), names)


def _part(raw: RawCluster, resources: Iterable[str], named: Asked) -> RawCluster:
    plurals = {RESOURCES[name].plural if name in RESOURCES else name for name in resources}
    beside = {_resource(document) for document in raw.documents if document.origin.file is not None}
    documents = tuple(
        document
        for document in raw.documents
        if (document.origin.file is None and _resource(document) in plurals and _listed(document, named))
        or (document.origin.file is not None and "services" in plurals)
    )
    return replace(
        raw,
        documents=documents,
        read=frozenset(raw.read & (plurals | beside)),
        not_read=tuple(gap for gap in raw.not_read if gap.resource in plurals),
    )


def _resource(document: RawDocument) -> str:
    return resource_of(str(document.body.get("apiVersion")), str(document.body.get("kind"))) or ""


def _listed(document: RawDocument, named: Asked) -> bool:
    """Of Services only those of MetalLB's type are listed; any other has to be asked for."""
    body = document.body
    if body.get("kind") != "Service":
        return True
    spec = body.get("spec")
    of_type = isinstance(spec, dict) and spec.get("type") == SERVICE_TYPE
    return of_type or named(_key(document))


def _services(raw: RawCluster) -> list[RawDocument]:
    return [document for document in raw.documents if document.body.get("kind") == "Service"]


def _key(document: RawDocument) -> Key:
    metadata = document.body.get("metadata")
    found = metadata if isinstance(metadata, dict) else {}
    return str(found.get("namespace") or "default"), str(found.get("name") or "")


def _slices_of(raw: RawCluster, names: Collection[str]) -> RawCluster:
    """The same with those EndpointSlices alone that belong to Services of these names."""

    def wanted(document: RawDocument) -> bool:
        labels = (document.body.get("metadata") or {}).get("labels") or {}
        return document.body.get("kind") != "EndpointSlice" or labels.get(SERVICE_LABEL) in names

    return replace(raw, documents=tuple(document for document in raw.documents if wanted(document)))
