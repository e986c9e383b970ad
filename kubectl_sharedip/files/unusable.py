"""Objects that parse and that no API server would take: templates, and what YAML made of a text.

It exists because whoever checks manifests wants each of these named with its place, and the rest checked.
Refuses to judge more than the metadata: what is odd in a spec is a note of whoever reads it.
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

    It is a template still, has no name, or texts of its metadata are something else to YAML.
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
    """A field of the metadata of a Service, pool or Namespace that no API server takes, and why not."""
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
        for key, value in (texts if isinstance(texts, Mapping) else {}).items():
            if value is not None and not isinstance(value, str):
                return f'metadata.{name}["{key}"]', _quotes(value)
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
