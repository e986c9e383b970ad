"""An AddressList as a page of Markdown: which Services share which address, for a team's wiki.

Nothing in it changes unless the answer does, so that its history is the history of the addresses: it says
no time. Names stand in code spans, in which nothing of them is markup, a link or the name of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.sheets import code, laid_out, plain

_Document = Mapping[str, Any]
_NONE = "-"


def address_page(document: _Document) -> str:
    """The page: shared addresses first, then those with one Service, then what waits and what is apart."""
    items = document["items"]
    lines = ["# Which Services share which address", "", _where(document["source"])]
    for title, part in (
        ("Shared", [item for item in items if item["shared"]]),
        ("Alone", [item for item in items if not item["shared"]]),
    ):
        lines.extend(_section(title, ("Address", "Key", "Services", "Pool"), map(_address, part)))
    lines.extend(_section("Pending", ("Service", "Key", "Ports", "Why"), map(_pending, document["pending"])))
    lines.extend(_section("Apart under one key", ("Key", "Addresses"), _apart(items)))
    others = ([_name(one), plain(one["because"])] for one in document["notHandled"])
    lines.extend(_section("Not handled by MetalLB", ("Service", "Why"), others))
    if document["notes"]:
        lines.extend(("", "## What is not known", ""))
        lines.extend(f"- {plain(note['message'])} ({note['code']})" for note in document["notes"])
    return "\n".join(lines) + "\n"


def _where(source: _Document) -> str:
    if source["files"]:
        return f"As the files say: {', '.join(code(file) for file in source['files'])}."
    cluster = source["context"] or source["server"]
    of = f" of the cluster {code(cluster)}" if cluster else ""
    return f"The Services of type LoadBalancer{of}, by their address."


def _section(title: str, headers: Sequence[str], rows: Any) -> Iterator[str]:
    listed = list(rows)
    if not listed:
        return
    yield from ("", f"## {title}", "", laid_out(headers, listed))


def _address(item: _Document) -> list[str]:
    keys = ", ".join(map(code, item["keys"])) or _NONE
    services = "<br>".join(f"{_name(one)} {_ports(one)}".rstrip() for one in item["services"])
    return [code(item["address"]), keys, services, code(item["pool"] or "") or _NONE]


def _pending(service: _Document) -> list[str]:
    reason = service["reason"]
    why = " ".join(word for word in (reason["code"], plain(reason["message"])) if word)
    return [_name(service), code(service["key"] or "") or _NONE, _ports(service), why]


def _apart(items: Sequence[_Document]) -> Iterator[list[str]]:
    """The keys that are on several addresses: MetalLB moves nobody to unite them."""
    found: dict[str, list[str]] = {}
    for item in items:
        for key in item["keys"]:
            found.setdefault(key, []).append(item["address"])
    for key, addresses in sorted(found.items()):
        if len(addresses) > 1:
            yield [code(key), ", ".join(map(code, addresses))]


def _ports(service: _Document) -> str:
    return plain(", ".join(service["ports"]))


def _name(service: _Document) -> str:
    return code(f"{service['namespace']}/{service['name']}")
