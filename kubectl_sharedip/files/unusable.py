"""Objects that parse and that no API server would take: templates, and what YAML made of a text.

It exists because whoever checks manifests wants each of these named with its place, and the rest checked.
Refuses to judge more than metadata and numbers of ports: what else is odd is a note of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_sharedip.files.errors import FileError, refused_object, unrendered
from kubectl_sharedip.model.raw import Origin, RawDocument

#: The kinds that are looked at; others are nobody's business.
OURS = ("Service", "IPAddressPool", "Namespace")
_METALLB = ("metallb.io/", "metallb.universe.tf/")


def unusable(document: RawDocument) -> FileError | None:
    """Why a Service, pool or Namespace is none that a cluster would take, None where nothing is seen.

    It is a template still, has no name, or what has to be a text (a number) is something else to YAML.
    """
    if (field := _unfilled(document.body)) is not None:
        return _unrendered(document.origin, field)
    if (wrong := _misshapen(document.body)) is not None:
        origin, (field, because) = document.origin, wrong
        return refused_object(
            file=origin.file or "-", line=origin.line or 1, item=origin.item, field=field, because=because
        )
    return None


def _unfilled(body: Mapping[str, Any]) -> str | None:
    """The field of a Service, pool or Namespace that was never filled in: ``{{`` stands there.

    None where there is none; other kinds are nobody's business.
    """
    if body.get("kind") not in OURS:
        return None
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    for name in ("name", "namespace", "labels"):
        if (field := _in(metadata.get(name), f"metadata.{name}")) is not None:
            return field
    annotations = metadata.get("annotations")
    for key, value in (annotations if isinstance(annotations, Mapping) else {}).items():
        # What others read may well be a template of theirs.
        if "{{" in str(key) or (str(key).startswith(_METALLB) and "{{" in str(value)):
            return f'metadata.annotations["{key}"]'
    return _in(body.get("spec"), "spec")


def _misshapen(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """A field of a Service, pool or Namespace that no API server takes, and why not."""
    if body.get("kind") not in OURS:
        return None
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    for name in ("name", "namespace"):
        value = metadata.get(name)
        if value is not None and not isinstance(value, str):
            return f"metadata.{name}", _quotes(value)
    if not metadata.get("name"):
        return "metadata.name", "it has no name"
    for name in ("labels", "annotations"):
        texts = metadata.get(name)
        if texts is not None and not isinstance(texts, Mapping):
            return f"metadata.{name}", "it is not an object"
        for key, value in (texts or {}).items():
            if value is not None and not isinstance(value, str):
                return f'metadata.{name}["{key}"]', _quotes(value)
    return _no_port(body)


def _no_port(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """A port that is no number, as templates make them by quoting too much."""
    spec = body.get("spec")
    ports = spec.get("ports") if isinstance(spec, Mapping) and body["kind"] == "Service" else None
    for at, port in enumerate(ports if isinstance(ports, list) else ()):
        number = port.get("port") if isinstance(port, Mapping) else None
        if not isinstance(number, int) or isinstance(number, bool):
            shown = f'"{number}"' if isinstance(number, str) else "it"
            return f"spec.ports[{at}].port", f"{shown} is not a whole number"
    return None


def _quotes(value: Any) -> str:
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"{shown} is not a string: put it in quotes"


def _in(value: Any, field: str) -> str | None:
    if isinstance(value, str):
        return field if "{{" in value else None
    pairs: Sequence[tuple[str, Any]] = ()
    if isinstance(value, Mapping):
        pairs = [(f"{field}.{name}", one) for name, one in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{field}[{at}]", one) for at, one in enumerate(value)]
    return next((found for name, one in pairs if (found := _in(one, name)) is not None), None)


def _unrendered(origin: Origin, field: str) -> FileError:
    return unrendered(file=origin.file or "-", line=origin.line or 1, item=origin.item, field=field)
