"""A DiagnosisList as trees: each answer, its findings, and beneath them what they rest on.

It refuses to draw with characters that the terminal cannot show: the caller says which it can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.render.headline import (
    has_address,
    service_name,
    severity_paint,
    told_first,
    uncertain,
    waits,
)
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import cell_width, visible, wrap

_Document = Mapping[str, Any]

BOXES = ("├─ ", "└─ ", "│  ", "   ")
PLAIN = ("|-- ", "`-- ", "|   ", "    ")


@frozen
class Node:
    """One line of a tree (``code`` of it is painted) and what hangs beneath it."""

    text: str
    beneath: tuple[Node, ...] = ()
    finding: _Document | None = None


@frozen
class Paper:
    """On what is drawn, and with which signs: branch, last branch, past a branch, past the last."""

    signs: tuple[str, str, str, str]
    width: int | None
    style: Style


def diagnosis_tree(document: _Document, *, width: int | None, style: Style, boxes: bool) -> str:
    """A tree for each item.

    ``width`` is in cells, None for no limit. With ``boxes`` the branches are box characters, else
    plain ASCII.
    """
    paper = Paper(signs=BOXES if boxes else PLAIN, width=width, style=style)
    trees = ["\n".join(drawn(_item(item), ("", ""), paper)) for item in document["items"]]
    return "\n\n".join(trees) + ("\n" if trees else "")


def drawn(node: Node, before: tuple[str, str], paper: Paper) -> Iterator[str]:
    """The lines of a node: what stands ``before`` its first line, and before all others."""
    branch, last_branch, along, nothing = paper.signs
    first, rest = before
    room = None if paper.width is None else max(paper.width - cell_width(rest + along), 20)
    lines = wrap(visible(node.text), room)
    if node.finding is not None:
        code = node.finding["code"]
        lines[0] = lines[0].replace(code, severity_paint(node.finding, paper.style, code), 1)
    yield first + lines[0]
    for line in lines[1:]:
        yield rest + (along if node.beneath else nothing) + line
    for place, child in enumerate(node.beneath, start=1):
        ends = place == len(node.beneath)
        below = (rest + (last_branch if ends else branch), rest + (nothing if ends else along))
        yield from drawn(child, below, paper)


def _item(item: _Document) -> Node:
    if has_address(item):
        verb = "will get" if item["state"] == "Predicted" else "has"
        text = f"{service_name(item)} {verb} {', '.join(item['addresses'])}"
    else:
        text = f"{service_name(item)} {waits(item)}"
    causes = told_first(item)
    proved = next((finding for finding in causes if finding["cause"]), causes[0] if causes else None)
    several = [finding["cause"] or finding["decisive"] for finding in item["findings"]].count(True) > 1
    beneath = [
        _finding(finding, item["proof"] if finding is proved else None, several=several)
        for finding in item["findings"]
    ]
    if proved is None and item["proof"]:
        beneath.insert(0, _proof(item["proof"]))
    return Node(text=text, beneath=tuple(beneath))


def _finding(finding: _Document, proof: _Document | None, *, several: bool) -> Node:
    stops = " (here MetalLB stops)" if finding["decisive"] and several else ""
    if proof is not None:
        beneath: tuple[Node, ...] = (_proof(proof),)
    else:
        beneath = tuple(_fact(fact) for fact in finding["objects"])
    text = f"{finding['code']}  {finding['message']}{uncertain(finding)}{stops}"
    return Node(text=text, beneath=beneath, finding=finding)


def _proof(node: _Document) -> Node:
    """A rule with its premises, or a fact; a node that comes again is named by its number."""
    if "text" not in node:
        return Node(text=f"see [{node['id']}]")
    return Node(text=f"[{node['id']}] {node['text']}", beneath=tuple(map(_proof, node["from"])))


def _fact(fact: _Document) -> Node:
    path = f"{fact['namespace']}/{fact['name']}" if fact["namespace"] else fact["name"]
    value = "is not set" if fact["value"] is None else f'= "{fact["value"]}"'
    return Node(text=f"{fact['kind']} {path}: {fact['field']} {value}")
