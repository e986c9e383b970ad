"""An AddressList as trees: each address, its keys, the Services under each, and who is kept off it.

Refuses to draw with characters that the terminal cannot show: the caller says which it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import quoted
from kubectl_sharedip.render.tree import BOXES, PLAIN, Node, Paper, drawn

_Document = Mapping[str, Any]


def address_tree(document: _Document, *, width: int | None, style: Style, boxes: bool) -> str:
    """A tree for each address, then one for the Services that wait for an address nobody has.

    A Pending Service hangs beneath each address that it cannot join, with what keeps it off.
    ``width`` is in cells, None for no limit. With ``boxes`` the branches are box characters.
    """
    paper = Paper(signs=BOXES if boxes else PLAIN, width=width, style=style)
    elsewhere = _same_key(document["items"])
    placed: set[tuple[str, str]] = set()
    roots = []
    for item in document["items"]:
        kept = [waiting for waiting in document["pending"] if _kept_off(waiting, item)]
        placed.update(map(_place, kept))
        roots.append(_address(item, kept, elsewhere))
    left = [waiting for waiting in document["pending"] if _place(waiting) not in placed]
    if left:
        roots.append(Node(text="<pending>", beneath=tuple(map(_waiting, left))))
    if document["notHandled"]:
        others = tuple(Node(text=f"{_service(one)}  {one['because']}") for one in document["notHandled"])
        roots.append(Node(text="not handled by MetalLB", beneath=others))
    trees = ["\n".join(drawn(root, ("", ""), paper)) for root in roots]
    return "\n\n".join(trees) + ("\n" if trees else "")


def _address(item: _Document, kept: Sequence[_Document], elsewhere: Mapping[str, Sequence[str]]) -> Node:
    pool = f"  pool {item['pool']}" if item["pool"] else "  in no pool"
    beneath = []
    for key in item["keys"]:
        under = [Node(text=_service(one)) for one in item["services"] if one["key"] == key]
        others = [address for address in elsewhere.get(key, ()) if address != item["address"]]
        if others:
            apart = f"the same key is on {', '.join(others)} too: MetalLB moves nobody to unite them"
            under.append(Node(text=apart))
        beneath.append(Node(text=f"key {quoted(key)}", beneath=tuple(under)))
    beneath.extend(Node(text=f"no key: {_service(one)}") for one in item["services"] if not one["key"])
    beneath.extend(map(_waiting, kept))
    state = f"shared ({len(item['services'])})" if item["shared"] else "alone"
    return Node(text=f"{item['address']}  {state}{pool}", beneath=tuple(beneath))


def _waiting(service: _Document) -> Node:
    """A Service that is kept apart: its code is what the finding is painted by."""
    reason = service["reason"]
    told = "  ".join(word for word in (reason["code"], reason["message"]) if word)
    finding = {"code": reason["code"], "severity": "error"} if reason["code"] else None
    return Node(text=f"Pending: {_service(service)}  {told}", finding=finding)


def _kept_off(waiting: _Document, item: _Document) -> bool:
    """Whether a Service waits for this address, or for those who hold it."""
    here = {_place(service) for service in item["services"]}
    holders = {_place(holder) for holder in waiting["reason"]["holders"]}
    wanted = waiting["requested"]["addresses"]
    return item["address"] in wanted if wanted else bool(here & holders)


def _same_key(items: Sequence[_Document]) -> Mapping[str, Sequence[str]]:
    """The addresses on which each key is."""
    found: dict[str, list[str]] = {}
    for item in items:
        for key in item["keys"]:
            found.setdefault(key, []).append(item["address"])
    return found


def _service(one: _Document) -> str:
    count = one.get("endpoints")
    pods = f"  {count['ready']}/{count['total']} ready" if count else ""
    return f"{one['namespace']}/{one['name']}  {','.join(one['ports'])}{pods}".rstrip()


def _place(one: _Document) -> tuple[str, str]:
    return one["namespace"], one["name"]
