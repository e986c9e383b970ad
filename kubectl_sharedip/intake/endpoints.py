"""EndpointSlice documents, what speakers wrote down, and where clients may come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.announcement import AnnouncedFrom, Endpoint, EndpointSlice, SourceRanges
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawDocument

SERVICE_LABEL = "kubernetes.io/service-name"
_RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"


def read_slice(reader: Reader, document: RawDocument, namespace: str, name: str) -> EndpointSlice | None:
    """The EndpointSlice of the document, None where it belongs to no Service."""
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    service = labels.get(SERVICE_LABEL, "")
    if not service:
        return None
    body = document.body
    endpoints = [_endpoint(reader, item) for item in _objects(reader, body, "endpoints")]
    return EndpointSlice(
        service=ServiceName(namespace, service),
        name=name,
        origin=document.origin,
        ports=tuple(reader.text(item, "name", "ports.name") for item in _objects(reader, body, "ports")),
        endpoints=tuple(sorted(endpoints, key=lambda one: (one.pod, one.node or ""))),
    )


def read_announced_from(
    reader: Reader, document: RawDocument, namespace: str, name: str
) -> AnnouncedFrom | None:
    """The ServiceL2Status or ServiceBGPStatus of the document, None where it names no Service or node.

    Those of MetalLB 0.14.4 and 0.14.5 do not name the Service, and nothing is concluded from them.
    """
    service = ServiceName(
        reader.text(reader.status, "serviceNamespace", "status.serviceNamespace"),
        reader.text(reader.status, "serviceName", "status.serviceName"),
    )
    node = reader.text(reader.status, "node", "status.node")
    if not (service.name and service.namespace and node):
        return None
    return AnnouncedFrom(
        kind=str(document.body["kind"]),
        namespace=namespace,
        name=name,
        origin=document.origin,
        service=service,
        node=node,
    )


def names_source_ranges(body: Mapping[str, Any]) -> bool:
    """Whether a Service says anything of where its clients may come from, readable or not."""
    spec, metadata = body.get("spec"), body.get("metadata")
    if isinstance(spec, dict) and "loadBalancerSourceRanges" in spec:
        return True
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and _RANGES_ANNOTATION in annotations


def read_source_ranges(
    reader: Reader, document: RawDocument, namespace: str, name: str
) -> SourceRanges | None:
    """From where clients of the Service may come, None where from everywhere. The field wins."""
    field = "spec.loadBalancerSourceRanges"
    ranges = reader.texts(reader.spec, "loadBalancerSourceRanges", field)
    if not ranges:
        annotations = reader.metadata.get("annotations")
        written = annotations.get(_RANGES_ANNOTATION) if isinstance(annotations, Mapping) else None
        field = f'metadata.annotations["{_RANGES_ANNOTATION}"]'
        parts = written.split(",") if isinstance(written, str) else []
        ranges = tuple(part.strip() for part in parts if part.strip())
    return SourceRanges(service=ServiceName(namespace, name), field=field, ranges=ranges) if ranges else None


def _endpoint(reader: Reader, item: Mapping[str, Any]) -> Endpoint:
    target = reader.mapping(item, "targetRef", "endpoints.targetRef")
    addresses = reader.texts(item, "addresses", "endpoints.addresses")
    named = "/".join(
        part
        for key in ("namespace", "name")
        if (part := reader.text(target, key, f"endpoints.targetRef.{key}"))
    )
    conditions = reader.mapping(item, "conditions", "endpoints.conditions")
    return Endpoint(
        pod=named or ", ".join(addresses),
        node=reader.text(item, "nodeName", "endpoints.nodeName") or None,
        ready=_condition(reader, conditions, "ready"),
        serving=_condition(reader, conditions, "serving"),
    )


def _condition(reader: Reader, conditions: Mapping[str, Any], name: str) -> bool | None:
    if conditions.get(name) is None:
        return None
    return reader.flag(conditions, name, f"endpoints.conditions.{name}", False)


def _objects(reader: Reader, body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [item for item in reader.items(body, name, name) if isinstance(item, Mapping)]
