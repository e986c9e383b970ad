"""The objects of a document, as kubectl names them, a line each and each once.

Refuses to choose: all that is listed is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.render.text import visible

_SERVICE = "service"
_KINDS = {"PoolList": "ipaddresspool.metallb.io"}


def names(document: Mapping[str, Any]) -> str:
    """``kind/name`` of every object; without its namespace, as kubectl has it.

    Raises KeyError for a document whose items have no name.
    """
    kind = _KINDS.get(document["kind"], _SERVICE)
    found = dict.fromkeys((_namespace(item), _named(item, kind)) for item in _objects(document))
    return "".join(f"{visible(name)}\n" for _, name in found)


def _objects(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in document["items"]:
        yield from item["services"] if document["kind"] == "AddressList" else (item,)
    for beside in ("pending", "notHandled"):
        yield from document.get(beside, ())


def _namespace(item: Mapping[str, Any]) -> str:
    return str(item.get("metadata", item).get("namespace") or "")


def _named(item: Mapping[str, Any], kind: str) -> str:
    if "metadata" not in item:
        return f"{kind}/{item['name']}"
    group, slash, _ = str(item["apiVersion"]).partition("/")
    ending = f".{group}" if slash else ""
    return f"{str(item['kind']).lower()}{ending}/{item['metadata']['name']}"
