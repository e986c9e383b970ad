"""Manifests as they stand in files: which object each is, and where it is to be found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument

USUAL_METALLB_NAMESPACE = "metallb-system"


def is_service(document: RawDocument) -> bool:
    """Whether the object is a Service."""
    return document.body.get("kind") == "Service"


def key_of(document: RawDocument, namespace: str) -> tuple[str, str]:
    """Its namespace, else the one that is given, and its name; empty texts where there are none."""
    metadata = document.body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    return str(metadata.get("namespace") or namespace), str(metadata.get("name") or "")


def named(document: RawDocument) -> str:
    """The object and its place, for people."""
    namespace, name = key_of(document, "")
    shown = f"{namespace}/{name}" if namespace else name
    return f"{document.body.get('kind')} {shown or '(no name)'} ({document.origin})"


def configured(raw: RawCluster, metallb_namespace: str) -> Iterable[ObjectRef]:
    """The pools and namespaces among the objects, in their order."""
    for document in raw.documents:
        kind = document.body.get("kind")
        if kind == "IPAddressPool":
            yield ObjectRef(kind, *key_of(document, metallb_namespace))
        elif kind == "Namespace":
            yield ObjectRef(kind, "", key_of(document, "")[1])


def places(raw: RawCluster, namespace: str, metallb_namespace: str) -> Mapping[ObjectRef, Origin]:
    """Where each object stands, the last time that it does; arguments as for laying them."""
    found = dict.fromkeys(configured(raw, metallb_namespace), Origin())
    for document in raw.documents:
        kind = str(document.body.get("kind"))
        usual = metallb_namespace if kind == "IPAddressPool" else namespace
        key = key_of(document, usual)
        ref = ObjectRef(kind, "", key[1]) if kind == "Namespace" else ObjectRef(kind, *key)
        found[ref] = document.origin
    return found
