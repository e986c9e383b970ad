"""What is to be ignored, read off documents: annotations on objects, and a saved CheckReport.

Refuses to decide whether a finding is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.raw import RawDocument

KIND = "CheckReport"
API_VERSION = "sharedip/v1"

#: Code, object and field of an old finding; the field None where it spoke of none of its object.
Row = tuple[str, ObjectRef, str | None]


class NotABaseline(Exception):
    """The document is no saved CheckReport: why, in one line."""


def annotated(documents: Iterable[RawDocument], key: str) -> Iterator[tuple[ObjectRef, str]]:
    """Each object with this annotation, and its text. Namespaces left out are those of the reader."""
    for document in documents:
        metadata = document.body.get("metadata")
        annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
        text = annotations.get(key) if isinstance(annotations, Mapping) else None
        if isinstance(metadata, Mapping) and isinstance(text, str):
            named = (str(metadata.get(name) or "") for name in ("namespace", "name"))
            yield ObjectRef(str(document.body.get("kind")), *named), text


def baseline_rows(body: Any) -> Iterator[Row]:
    """The findings of a saved CheckReport. Raises NotABaseline for anything else."""
    if not isinstance(body, Mapping) or body.get("kind") != KIND:
        kind = body.get("kind") if isinstance(body, Mapping) else None
        raise NotABaseline(f"its kind is {kind}, not {KIND}" if kind else f"it is no {KIND}")
    if (form := body.get("apiVersion")) != API_VERSION:
        raise NotABaseline(f"its apiVersion is {form}, not {API_VERSION}")
    for item in _list(body.get("items"), "items"):
        object_ = _object(item)
        for finding in _list(item.get("findings"), "findings"):
            fields = [
                one.get("field")
                for one in _list(finding.get("objects"), "objects")
                if _object(one) == object_ and isinstance(one.get("field"), str)
            ]
            for field in fields or [None]:
                yield str(finding.get("code")), object_, field


def _object(one: Mapping[str, Any]) -> ObjectRef:
    return ObjectRef(str(one.get("kind")), str(one.get("namespace") or ""), str(one.get("name")))


def _list(value: Any, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise NotABaseline(f"{name} is not a list of objects")
    return value
