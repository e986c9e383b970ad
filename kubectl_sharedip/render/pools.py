"""A PoolList as rows, one a pool and IP family; the addresses that could be joined; and all of it as trees.

It exists to choose columns and to draw how full a pool is. It refuses to add up what is of two families.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.headed import Headed, laid_out
from kubectl_sharedip.render.headline import severity_paint
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted, fits, table
from kubectl_sharedip.render.tree import BOXES, PLAIN, Node, Paper, drawn

_Document = Mapping[str, Any]

_NONE = "-"
_HEADERS = ("POOL", "FAMILY", "SIZE", "USED", "SHARED", "FREE")
_WIDE = ("NAMESPACE", "RANGES", "AUTO", "FOR", "ADVERTISED-BY")
_FAMILIES = (("IPv4", "ipv4"), ("IPv6", "ipv6"))
_LEAST_FINDINGS = 24
_BAR = 10  # cells
_SHORTER_FROM = 1 << 32  # a number that nobody reads digit by digit
_WEIGHTS = {"error": 0, "warning": 1, "info": 2}


def pool_table(
    document: _Document,
    *,
    wide: bool,
    width: int | None,
    style: Style,
    bars: str = "",
    headers_shown: bool = True,
    labels: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """The pools of a PoolList, a row for each family that they have.

    ``wide`` adds columns and writes every number out. ``width`` is in cells, None for no limit: where
    that is too narrow, findings stand beneath their rows. ``bars`` are two characters, for what is used and
    what is free: with them there is a column that shows how full a pool is, where it has room. ``labels``,
    by namespace and name of a pool, are a column before the findings. Empty where there is no pool.
    """
    rows, barred = [], []
    for item in document["items"]:
        told = [_findings(item, style)] if item["findings"] else []
        for family, count in counted(item):
            cells: list[Cell] = [item["name"], family, *_numbers(count, exact=wide)]
            more = _more(item) if wide else []
            if labels is not None:
                more.append(labels.get((item["namespace"], item["name"]), _NONE))
            rows.append(Headed(row=[*cells, *more], told=told))
            barred.append(Headed(row=[*cells, _bar(count, bars) if bars else _NONE, *more], told=told))
    last = [*(_WIDE if wide else ()), *([] if labels is None else ["LABELS"]), "FINDINGS"]
    if bars:
        headers = [*_HEADERS, "FILL", *last]
        if fits(table(headers[:-1], [one.row for one in barred], width=None, wrap_column=None), width):
            return laid_out(headers, barred, width=width, headers_shown=headers_shown, least=_LEAST_FINDINGS)
    headers = [*_HEADERS, *last]
    return laid_out(headers, rows, width=width, headers_shown=headers_shown, least=_LEAST_FINDINGS)


def pool_rows(document: _Document) -> tuple[list[str], list[list[str]]]:
    """All columns of the wide table as texts: the headers, and a row for each pool and family."""
    plain = Style(enabled=False)
    rows = []
    for item in document["items"]:
        for family, count in counted(item):
            cells = [item["name"], family, *_numbers(count, exact=True), *_more(item), _findings(item, plain)]
            rows.append([cell.text if isinstance(cell, Painted) else cell for cell in cells])
    return [*_HEADERS, *_WIDE, "FINDINGS"], rows


def joinable_table(
    document: _Document, *, width: int | None, style: Style, headers_shown: bool = True
) -> str:
    """The addresses of all pools that could be joined, and what joining one takes. Empty without any."""
    items = [(item, one) for item in document["items"] for one in item["joinable"]]
    several = any(one["for"] for _, one in items)
    rows: list[Headed] = []
    for item, one in items:
        ports = {
            (service["namespace"], service["name"]): service["ports"]
            for held in item["addresses"]
            if held["address"] == one["address"]
            for service in held["services"]
        }
        told = [
            f"{s['namespace']}/{s['name']} {','.join(ports.get((s['namespace'], s['name']), ()))}".rstrip()
            for s in one["services"]
        ]
        cells: list[Cell] = [one["address"], item["name"], one["key"], _policy(one)]
        asks = [f"{one['for']['namespace']}/{one['for']['name']}"] if several else []
        rows.append(Headed(row=[*asks, *cells], told=[", ".join(told)]))
    headers = [*(["FOR"] if several else []), "ADDRESS", "POOL", "KEY", "POLICY", "HELD-BY"]
    return laid_out(headers, rows, width=width, headers_shown=headers_shown)


def pool_tree(document: _Document, *, width: int | None, style: Style, boxes: bool) -> str:
    """A tree for each pool: its room, whom it is for, how it is announced, and who shares in it.

    ``width`` is in cells, None for no limit. With ``boxes`` the branches are box characters.
    """
    paper = Paper(signs=BOXES if boxes else PLAIN, width=width, style=style)
    trees = ["\n".join(drawn(_tree(item), ("", ""), paper)) for item in document["items"]]
    return "\n\n".join(trees) + ("\n" if trees else "")


def counted(item: _Document) -> Iterator[tuple[str, _Document | None]]:
    """The families of a pool with their numbers; one row without numbers where it has none."""
    found = [(shown, item[name]) for shown, name in _FAMILIES if item[name] and item[name]["size"] != "0"]
    yield from found or [(_NONE, None)]


def percent(count: _Document) -> str:
    """How much is in use: 100% where nothing is left, and 0% where nothing is used, only."""
    size, used = int(count["size"]), int(count["used"])
    if used == size:
        return "100%"
    if used and used * 100 < size:
        return "<1%"
    return f"{used * 100 // size}%"


def _bar(count: _Document | None, bars: str) -> str:
    if count is None:
        return _NONE
    size, used = int(count["size"]), int(count["used"])
    full = -(-used * _BAR // size)  # whatever is used shows, and only what is free leaves a gap
    full = min(full, _BAR - 1) if used < size else _BAR
    return bars[0] * full + bars[1] * (_BAR - full) + f" {percent(count)}"


def _numbers(count: _Document | None, *, exact: bool) -> list[str]:
    if count is None:
        return [_NONE] * 4
    size, free = int(count["size"]), int(count["free"])
    shown = (count["size"], count["free"]) if exact else (_power(size), _left(size, free))
    return [shown[0], count["used"], count["shared"], shown[1]]


def _power(size: int) -> str:
    """A large number that is a power of two, as one."""
    return f"2^{size.bit_length() - 1}" if size >= _SHORTER_FROM and not size & (size - 1) else str(size)


def _left(size: int, free: int) -> str:
    power = _power(size)
    return str(free) if power == str(size) else power if free == size else f"{power}-{size - free}"


def _more(item: _Document) -> list[str]:
    advertised = item["advertisedBy"]
    return [
        item["namespace"],
        ",".join(item["ranges"]) or _NONE,
        "yes" if item["autoAssign"] else "no",
        _audience(item["allocation"]) or "everybody",
        "not read"
        if advertised is None
        else ",".join(f"{a['kind']}/{a['name']}" for a in advertised) or _NONE,
    ]


def _audience(allocation: _Document | None) -> str:
    """For whom a pool is kept; empty where for nobody in particular."""
    if allocation is None:
        return ""
    selected = allocation["namespacesSelected"]
    parts = [
        *(f"namespace {name}" for name in allocation["namespaces"]),
        *(f"namespaces with {text}" for text in allocation["namespaceSelectors"]),
    ]
    among = f" ({', '.join(selected)})" if selected else ""
    labels = " or ".join(allocation["serviceSelectors"])
    services = f"Services with {labels}" if labels else ""
    where = " or ".join(parts) + among
    return f"{services} in {where}" if services and where else services or where


def _findings(item: _Document, style: Style) -> Cell:
    findings = sorted(item["findings"], key=lambda one: _WEIGHTS[one["severity"]])
    if not findings:
        return _NONE
    text = ", ".join(dict.fromkeys(f"{one['code']} {one['name']}" for one in findings))
    return Painted(text=text, paint=lambda word: severity_paint(findings[0], style, word))


def _policy(one: _Document) -> str:
    if one["selector"] is None:
        return str(one["externalTrafficPolicy"])
    pairs = ",".join(f"{key}={value}" for key, value in one["selector"].items())
    return f"{one['externalTrafficPolicy']} {pairs}"


def _tree(item: _Document) -> Node:
    shared = [held for held in item["addresses"] if len(held["services"]) > 1]
    beneath = [
        *(Node(text=_room(family, count, shared)) for family, count in counted(item) if count is not None),
        *([] if item["accepted"] else [Node(text="not in force as it stands, so its room is not counted")]),
        Node(text=_whom(item)),
        Node(text=_announced(item)),
        *map(_address, shared),
        *(
            Node(text=f"joinable: {one['address']} under key {one['key']}, {_policy(one)}{_for(one)}")
            for one in item.get("joinable", ())
        ),
        *(
            Node(text=f"{finding['code']}  {finding['message']}", finding=finding)
            for finding in item["findings"]
        ),
    ]
    ranges = ", ".join(item["ranges"]) or "no range"
    return Node(text=f"{item['namespace']}/{item['name']}  {ranges}", beneath=tuple(beneath))


def _room(family: str, count: _Document, shared: Sequence[_Document]) -> str:
    free = int(count["free"])
    fill = "it is full" if not free else f"{_services(free)} with an address of {_its_own(free)} fill it"
    if free == 1:
        fill = "one Service with an address of its own fills it"
    on_shared = f", {count['shared']} of them shared" if count["shared"] != "0" else ""
    return f"{family}: {count['used']} of {count['size']} in use ({percent(count)}){on_shared}; {fill}"


def _services(number: int) -> str:
    return f"{number} more Services"


def _its_own(number: int) -> str:
    return "its own" if number == 1 else "their own"


def _whom(item: _Document) -> str:
    given = (
        "given out unasked" if item["autoAssign"] else "only for Services that ask for it (autoAssign: false)"
    )
    first = item["allocation"]["priority"] if item["allocation"] else None
    priority = f", priority {first}" if first else ""
    avoids = "; never an address ending in .0 or .255 (avoidBuggyIPs)" if item["avoidBuggyIPs"] else ""
    return f"for {_audience(item['allocation']) or 'everybody'}{priority}; {given}{avoids}"


def _announced(item: _Document) -> str:
    if item["advertisedBy"] is None:
        return "how it is announced could not be read"
    by = [f"{one['kind']} {one['namespace']}/{one['name']}" for one in item["advertisedBy"]]
    return f"announced by {', '.join(by)}" if by else "announced by nothing"


def _address(held: _Document) -> Node:
    keys = sorted({service["key"] for service in held["services"] if service["key"]})
    key = f"  key {', '.join(keys)}" if keys else ""
    services = [
        Node(text=f"{one['namespace']}/{one['name']}  {', '.join(one['ports'])}") for one in held["services"]
    ]
    return Node(text=f"{held['address']}{key}", beneath=tuple(services))


def _for(one: _Document) -> str:
    return f" (for {one['for']['namespace']}/{one['for']['name']})" if one["for"] else ""
