"""Documents held against the schemas that ship, which are written from cli.md by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from kubectl_sharedip.report.schema import schema


def broken_promises(document: dict[str, Any]) -> list[str]:
    """Where the document is not what cli.md says of its kind, a line each."""
    errors = _validator(document["kind"]).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


@cache
def _validator(kind: str) -> Draft202012Validator:
    whole = schema(kind)
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)
