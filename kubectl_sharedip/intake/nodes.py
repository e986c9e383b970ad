"""Node documents, and the Pods that are MetalLB's speakers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.announcement import Node, Speaker
from kubectl_sharedip.model.raw import RawDocument

_SPEAKER_LABELS = (
    {"app": "metallb", "component": "speaker"},
    {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "speaker"},
)


def read_node(reader: Reader, document: RawDocument, namespace: str, name: str) -> Node:
    """The Node of the document; it has no namespace."""
    conditions = _conditions(reader)
    ready = conditions.get("Ready")
    return Node(
        name=name,
        origin=document.origin,
        labels=reader.string_map(reader.metadata, "labels", "metadata.labels"),
        ready=None if ready is None else ready == "True",
        network_unavailable=conditions.get("NetworkUnavailable") == "True",
        addresses=_internal_addresses(reader),
    )


def read_speaker(reader: Reader, document: RawDocument, namespace: str, name: str) -> Speaker | None:
    """The speaker of the document, None for a Pod of anything else (by the labels of either installer)."""
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    if not any(all(labels.get(k) == v for k, v in wanted.items()) for wanted in _SPEAKER_LABELS):
        return None
    # One that is being deleted is ready until the last moment.
    leaving = reader.text(reader.metadata, "deletionTimestamp", "metadata.deletionTimestamp")
    return Speaker(
        namespace=namespace,
        name=name,
        origin=document.origin,
        node=reader.text(reader.spec, "nodeName", "spec.nodeName"),
        ready=_conditions(reader).get("Ready") == "True" and not leaving,
        ignores_exclude_label=_ignores_exclude_label(reader),
    )


def _conditions(reader: Reader) -> dict[str, str]:
    found = {}
    for item in reader.items(reader.status, "conditions", "status.conditions"):
        if isinstance(item, Mapping):
            kind = reader.text(item, "type", "status.conditions.type")
            found[kind] = reader.text(item, "status", "status.conditions.status")
    return found


def _internal_addresses(reader: Reader) -> tuple[str, ...]:
    found = []
    for item in reader.items(reader.status, "addresses", "status.addresses"):
        if isinstance(item, Mapping) and item.get("type") == "InternalIP":
            found.append(reader.text(item, "address", "status.addresses.address"))
    return tuple(address for address in found if address)


def _ignores_exclude_label(reader: Reader) -> bool:
    arguments: list[Any] = []
    for container in reader.items(reader.spec, "containers", "spec.containers"):
        if isinstance(container, Mapping):
            arguments.extend(reader.texts(container, "args", "spec.containers.args"))
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        if name == "ignore-exclude-lb":
            return value.lower() not in ("false", "f", "0")
    return False
