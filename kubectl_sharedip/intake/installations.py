"""Which MetalLBs there are, and of which version, read off their Deployments.

Only what is found is told; nothing is decided about what follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Installation, Note, VersionSource

_CONTAINERS = "spec.template.spec.containers"
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)")
_LABEL_SETS = (
    {"app": "metallb", "component": "controller"},
    {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "controller"},
)


@frozen
class Given:
    """What the caller said about MetalLB; None where it said nothing.

    ``newest_known`` is the version that is assumed where nothing tells.
    """

    namespace: str | None
    version: str | None
    lb_class: str | None
    newest_known: str


def is_controller(body: Mapping[str, Any]) -> bool:
    """Whether a Deployment document is a MetalLB controller's, by the labels of either installer."""
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    if not isinstance(labels, Mapping):
        return False
    return any(all(labels.get(key) == value for key, value in wanted.items()) for wanted in _LABEL_SETS)


def find_installations(
    deployments: Iterable[RawDocument], pool_namespaces: Iterable[str], given: Given, notes: list[Note]
) -> tuple[Installation, ...]:
    """Every MetalLB that the documents show, sorted by namespace.

    Without any Deployment it is taken to be where the pools are, in the newest known version.
    What the caller said about namespace or class selects among several.
    """
    found = [_installation(Reader(document, notes), given) for document in deployments]
    if not found and (namespaces := sorted(set(pool_namespaces))):
        found = [_assumed(namespace, given) for namespace in namespaces[:1]]
    if given.namespace is not None:
        found = [one for one in found if one.namespace == given.namespace]
    if given.lb_class is not None:
        found = [one for one in found if one.lb_class == given.lb_class] or [
            _assumed(given.namespace or "", given)
        ]
    return tuple(sorted(found, key=lambda one: (one.namespace, one.lb_class or "")))


def _assumed(namespace: str, given: Given) -> Installation:
    return Installation(
        namespace=namespace,
        lb_class=given.lb_class,
        version=given.version or given.newest_known,
        exact=given.version is not None,
        how="flag" if given.version else "assumed",
        controller_ready=None,
    )


def _installation(reader: Reader, given: Given) -> Installation:
    template = reader.mapping(reader.spec, "template", "spec.template")
    pod = reader.mapping(template, "spec", "spec.template.spec")
    containers = [item for item in reader.items(pod, "containers", _CONTAINERS) if isinstance(item, Mapping)]
    container = next((c for c in containers if c.get("name") == "controller"), (containers or [{}])[0])
    version, how = _version(reader, container, given)
    return Installation(
        namespace=reader.text(reader.metadata, "namespace", "metadata.namespace"),
        lb_class=_lb_class(
            [str(argument) for argument in reader.items(container, "args", f"{_CONTAINERS}[].args")]
        ),
        version=version or given.newest_known,
        exact=version is not None,
        how=how,
        controller_ready=_ready(reader),
        deployment=reader.text(reader.metadata, "name", "metadata.name") or None,
    )


def _version(reader: Reader, container: Mapping[str, Any], given: Given) -> tuple[str | None, VersionSource]:
    if given.version is not None:
        return given.version, "flag"
    _, _, tag = str(container.get("image") or "").partition("@")[0].rpartition(":")
    found = _VERSION.match(tag)
    if found:
        return found[1], "image"
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    found = _VERSION.match(labels.get("app.kubernetes.io/version", ""))
    return (found[1], "label") if found else (None, "assumed")


def _lb_class(arguments: list[str]) -> str | None:
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        if name == "lb-class" and value:
            return value
    return None


def _ready(reader: Reader) -> bool | None:
    available = reader.number(reader.status, "availableReplicas", "status.availableReplicas")
    if not reader.status:
        return None
    return bool(available)
