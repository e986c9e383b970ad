"""The JSON Schemas of the documents, as they ship.

It exists so that who reads a document can hold it against its promise. Refuses to judge one itself.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

_COMMON = "common"
_REFERENCE = re.compile(r'"\$ref": "(\w+)\.json#')


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of documents that have a schema, sorted."""
    names = (file.name for file in _folder().iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in names if n.endswith(".json") and n[0].isupper()))


def schema(kind: str) -> dict[str, Any]:
    """The schema of a kind, whole: those that it refers to are in its ``$defs``.

    Raises KeyError for a kind that has none.
    """
    if kind not in kinds():
        raise KeyError(kind)
    whole = _read(kind)
    definitions = {**whole.get("$defs", {}), **{name: _read(name) for name in _beside(kind)}}
    return {**whole, "$defs": definitions}


def _beside(kind: str) -> list[str]:
    """The other schemas that one needs, and those that they need, sorted."""
    found, ahead = {_COMMON}, [kind, _COMMON]
    while ahead:
        more = set(_REFERENCE.findall(json.dumps(_read(ahead.pop())))) - found - {kind}
        found |= more
        ahead.extend(more)
    return sorted(found)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _folder() -> Any:
    return files(__package__) / "schemas"
