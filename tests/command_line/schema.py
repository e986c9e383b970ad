"""Documents held against the schemas that ship, which are written from cli.md by hand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from kubectl_sharedip.report.schema import schema


def broken_promises(document: dict[str, Any]) -> list[str]:
    """Where the document is not what cli.md says of its kind, a line each."""
    errors = _validator(document["kind"]).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


def is_promised(document: dict[str, Any]) -> bool:
    """Whether it is what cli.md says of its kind; quicker than to say why not."""
    return bool(_validator(document["kind"]).is_valid(document))


def promised(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, where it is as cli.md says; what is chosen of one by --query is no document.

    Raises AssertionError with every broken promise.
    """
    if isinstance(document, dict) and {"apiVersion", "kind", "source"} <= set(document):
        broken = broken_promises(document)
        assert broken == [], broken
    return document


@cache
def _validator(kind: str) -> Draft202012Validator:
    whole = schema(kind)
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(_inlined(whole))


def _inlined(whole: dict[str, Any]) -> dict[str, Any]:
    """The same promises with each reference to something small in its place: to follow them costs most."""
    foreign = {
        f"{name}.json{reference}": body
        for name, other in whole["$defs"].items()
        for reference, body in _small(other).items()
    }

    def plain(part: Any, near: dict[str, Any]) -> Any:
        if isinstance(part, list):
            return [plain(one, near) for one in part]
        if not isinstance(part, dict):
            return part
        if set(part) == {"$ref"}:
            return {**foreign, **near}.get(part["$ref"], part)
        near = _small(part) if "$id" in part else near
        return {key: plain(value, near) for key, value in part.items()}

    result: dict[str, Any] = plain(whole, {})
    return result


def _small(resource: dict[str, Any]) -> dict[str, Any]:
    """The definitions of a schema that refer to nothing, by how it refers to them itself."""
    defined = resource.get("$defs", {})
    return {f"#/$defs/{name}": one for name, one in defined.items() if "$ref" not in json.dumps(one)}
