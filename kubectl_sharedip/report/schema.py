"""The JSON Schemas of the documents, as they ship.

It exists so that who reads a document can hold it against its promise. Refuses to judge one itself.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

_COMMON = "common"


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of documents that have a schema, sorted."""
    names = (file.name for file in _folder().iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in names if n.endswith(".json") and n[0].isupper()))


def schema(kind: str) -> dict[str, Any]:
    """The schema of a kind, whole: what the kinds have in common is in its ``$defs``.

    Raises KeyError for a kind that has none.
    """
    if kind not in kinds():
        raise KeyError(kind)
    whole = _read(kind)
    definitions = {**whole.get("$defs", {}), _COMMON: _read(_COMMON)}
    return {**whole, "$defs": definitions}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _folder() -> Any:
    return files(__package__) / "schemas"
