"""An AddressList as a Mermaid flowchart: Services, by their key, to their address, and what is apart.

Names come from strangers, and in Mermaid a quotation mark, a bracket or a semicolon is syntax, and a label
is HTML: every sign but the plainest is written by its number. What a line style says a word says, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from kubectl_sharedip.render.text import quoted, visible

_Document = Mapping[str, Any]

_PLAIN = re.compile(r"[^A-Za-z0-9 ./:,()-]")
_STYLES = (
    "classDef address stroke-width:3px",
    "classDef key stroke-width:1px",
    "classDef pending stroke-dasharray:4 3",
)


def address_chart(document: _Document) -> str:
    """The chart. Addresses stand right, Services left, and a Pending one has an edge that names its code.

    Addresses with one and the same key are joined by a dotted line. Empty lists give a chart that says so.
    """
    lines = ["flowchart LR"]
    numbers: dict[tuple[str, str], str] = {}
    for item in document["items"]:
        for service in item["services"]:
            numbers.setdefault(_place(service), f"s{len(numbers)}")
    for service in (*document["pending"], *document["notHandled"]):
        numbers.setdefault(_place(service), f"s{len(numbers)}")
    lines.extend(f"  {line}" for line in _nodes(document, numbers))
    lines.extend(f"  {line}" for line in _edges(document, numbers))
    if len(lines) == 1:
        lines.append('  none["no LoadBalancer Services"]')
    return "\n".join([*lines, *(f"  {style}" for style in _STYLES)]) + "\n"


def _nodes(document: _Document, numbers: Mapping[tuple[str, str], str]) -> Iterator[str]:
    drawn: set[str] = set()
    for at, item in enumerate(document["items"]):
        pool = f"pool {item['pool']}" if item["pool"] else "in no pool"
        state = f"shared ({len(item['services'])})" if item["shared"] else "alone"
        yield f'a{at}(["{_lines(item["address"], pool, state)}"]):::address'
        for number, key in enumerate(item["keys"]):
            yield f'a{at}k{number}{{{{"{_lines(f"key {quoted(key)}")}"}}}}:::key'
        for service in item["services"]:
            yield from _service(service, numbers, drawn, "")
    for service in document["pending"]:
        yield from _service(service, numbers, drawn, "Pending")
    for service in document["notHandled"]:
        yield from _service(service, numbers, drawn, "not handled by MetalLB")


def _service(
    service: _Document, numbers: Mapping[tuple[str, str], str], drawn: set[str], state: str
) -> Iterator[str]:
    number = numbers[_place(service)]
    if number in drawn:
        return  # a dual-stack Service is on two addresses
    drawn.add(number)
    name = f"{service['namespace']}/{service['name']}"
    text = _lines(name, ", ".join(service["ports"]), state)
    yield f'{number}["{text}"]{":::pending" if state else ""}'


def _edges(document: _Document, numbers: Mapping[tuple[str, str], str]) -> Iterator[str]:
    under: dict[str, list[int]] = {}
    holders: dict[tuple[str, str], int] = {}
    for at, item in enumerate(document["items"]):
        for number, key in enumerate(item["keys"]):
            yield f"a{at}k{number} --- a{at}"
            under.setdefault(key, []).append(at)
        for service in item["services"]:
            key = service["key"]
            to = f"a{at}k{item['keys'].index(key)}" if key in item["keys"] else f"a{at}"
            yield f"{numbers[_place(service)]} --> {to}"
            holders.setdefault(_place(service), at)
    places = {item["address"]: at for at, item in enumerate(document["items"])}
    for service in document["pending"]:
        for at in _kept_off(service, places, holders):
            label = _lines("kept apart", service["reason"]["code"] or "", service["reason"]["message"])
            yield f'{numbers[_place(service)]} -. "{label}" .-x a{at}'
    for key, where in under.items():
        for one, next_ in pairwise(where):
            label = _lines(f"key {quoted(key)} on both", "MetalLB moves nobody to unite them")
            yield f'a{one} -. "{label}" .- a{next_}'


def _kept_off(
    service: _Document, places: Mapping[str, int], holders: Mapping[tuple[str, str], int]
) -> Sequence[int]:
    """The addresses that it waits for, or of those who stand in its way."""
    wanted = [places[one] for one in service["requested"]["addresses"] if one in places]
    standing = [holders[_place(one)] for one in service["reason"]["holders"] if _place(one) in holders]
    return list(dict.fromkeys(wanted or standing))


def _lines(*texts: str) -> str:
    """Texts as the lines of one label, each sign that could mean something by its number."""
    return "<br/>".join(_PLAIN.sub(_numbered, visible(text)) for text in texts if text)


def _numbered(found: re.Match[str]) -> str:
    sign = found[0]
    return sign if sign.isalpha() else f"#{ord(sign)};"


def _place(one: _Document) -> tuple[str, str]:
    return one["namespace"], one["name"]
