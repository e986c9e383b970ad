"""IPAddressPool and Namespace documents."""

from __future__ import annotations

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.intake.selectors import read_selectors
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource, ServiceAllocation
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note


def read_pool(document: RawDocument, notes: list[Note], default_namespace: str) -> PoolResource | None:
    """The pool of the document, or None (with a note) where it has no name.

    A field that cannot be understood is left out with a note, as for every object. The ranges
    keep their text: reading them is one of MetalLB's rules.
    """
    reader = Reader(document, notes)
    name = reader.text(reader.metadata, "name", "metadata.name")
    if not name:
        reader.note("metadata.name", "it has no name")
        return None
    return PoolResource(
        namespace=reader.text(reader.metadata, "namespace", "metadata.namespace") or default_namespace,
        name=name,
        resource_version=reader.text(reader.metadata, "resourceVersion", "metadata.resourceVersion") or None,
        origin=document.origin,
        changed_at=reader.changed_at(but="status"),
        addresses=reader.texts(reader.spec, "addresses", "spec.addresses"),
        auto_assign=reader.flag(reader.spec, "autoAssign", "spec.autoAssign", True),
        avoid_buggy_ips=reader.flag(reader.spec, "avoidBuggyIPs", "spec.avoidBuggyIPs", False),
        allocation=_allocation(reader),
        labels=reader.string_map(reader.metadata, "labels", "metadata.labels"),
    )


def read_namespace(document: RawDocument, notes: list[Note]) -> NamespaceLabels | None:
    """The Namespace of the document, or None (with a note) where it has no name."""
    reader = Reader(document, notes)
    name = reader.text(reader.metadata, "name", "metadata.name")
    if not name:
        reader.note("metadata.name", "it has no name")
        return None
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    return NamespaceLabels(name=name, labels=labels)


def _allocation(reader: Reader) -> ServiceAllocation | None:
    path = "spec.serviceAllocation"
    if reader.spec.get("serviceAllocation") is None:
        return None
    found = reader.mapping(reader.spec, "serviceAllocation", path)
    return ServiceAllocation(
        priority=reader.number(found, "priority", f"{path}.priority") or 0,
        namespaces=reader.texts(found, "namespaces", f"{path}.namespaces"),
        namespace_selectors=read_selectors(reader, found, "namespaceSelectors", f"{path}.namespaceSelectors"),
        service_selectors=read_selectors(reader, found, "serviceSelectors", f"{path}.serviceSelectors"),
    )
