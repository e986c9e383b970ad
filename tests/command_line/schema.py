"""Documents held against the schemas beside this file, which are written from cli.md by hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_FOLDER = Path(__file__).parent / "schemas"


def broken_promises(document: dict[str, Any]) -> list[str]:
    """Where the document is not what cli.md says of its kind, a line each."""
    errors = _validator(document["kind"]).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


@cache
def _validator(kind: str) -> Draft202012Validator:
    contents = {file.name: json.loads(file.read_text()) for file in _FOLDER.glob("*.json")}
    for schema in contents.values():
        Draft202012Validator.check_schema(schema)
    resources = [(name, Resource.from_contents(schema)) for name, schema in contents.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(contents[f"{kind}.json"], registry=registry)
