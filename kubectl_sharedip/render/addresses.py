"""The table of ``ls``: an AddressList as rows, each of which stands alone.

It exists to choose columns and their order. It refuses to sort, to filter and to judge: which
Services are in it, and why one is Pending, is in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted, table

_NONE = "-"
# A reason that is broken at every word is worse to read than a line that is too long.
_LEAST_STATE = 24
_WIDE = ("POOL", "POLICY", "SELECTOR", "REQUESTED", "CLASS")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    address: str
    service: Mapping[str, Any]
    pool: str | None
    state: Cell


def address_table(
    document: Mapping[str, Any],
    *,
    wide: bool,
    width: int | None,
    style: Style,
    headers_shown: bool = True,
) -> str:
    """The Services of an AddressList by address, then those that are Pending.

    ``wide`` adds columns, and at the end the Services that MetalLB does not handle. ``width`` is in
    cells of the terminal, None for no limit; STATE, the last column, is wrapped. Where a Service
    of the document has ``endpoints`` there is a column for them. Empty where there is no row.
    Raises KeyError for a document that is no AddressList.
    """
    rows = [*_assigned(document, style), *_pending(document, style)]
    if wide:
        rows.extend(_not_handled(document, style))
    if not rows:
        return ""
    endpoints = any("endpoints" in row.service for row in rows)
    headers = ["ADDRESS", "KEY", "SERVICE", "PORTS"]
    headers += ["ENDPOINTS"] if endpoints else []
    headers += _WIDE if wide else ()
    cells = [_cells(row, wide=wide, endpoints=endpoints) for row in rows]
    return table(
        [*headers, "STATE"],
        cells,
        width=width,
        wrap_column=None,
        headers_shown=headers_shown,
        least=_LEAST_STATE,
    )


def _assigned(document: Mapping[str, Any], style: Style) -> Iterator[_Row]:
    for item in document["items"]:
        services = item["services"]
        shared = Painted(text=f"shared ({len(services)})", paint=style.ok)
        alone = Painted(text="alone", paint=style.dim)
        for service in services:
            yield _Row(
                address=item["address"],
                service=service,
                pool=item["pool"],
                state=shared if item["shared"] else alone,
            )


def _pending(document: Mapping[str, Any], style: Style) -> Iterator[_Row]:
    for service in document["pending"]:
        reason = service["reason"]
        # Its holders are part of the message, and where too little was read it has no code.
        text = " ".join(word for word in (reason["code"], reason["message"]) if word)
        state = Painted(text=text, paint=style.error) if reason["code"] else text
        yield _Row(address="<pending>", service=service, pool=None, state=state)


def _not_handled(document: Mapping[str, Any], style: Style) -> Iterator[_Row]:
    for service in document["notHandled"]:
        state = Painted(text=service["because"] or _NONE, paint=style.dim)
        for address in service["addresses"] or ("<none>",):
            yield _Row(address=address, service=service, pool=None, state=state)


def _cells(row: _Row, *, wide: bool, endpoints: bool) -> list[Cell]:
    service = row.service
    cells: list[Cell] = [
        row.address,
        service["key"] or _NONE,
        f"{service['namespace']}/{service['name']}",
        _list(service["ports"]),
    ]
    if endpoints:
        count = service.get("endpoints")
        cells.append(f"{count['ready']}/{count['total']}" if count else _NONE)
    if wide:
        cells += [
            row.pool or _NONE,
            service["externalTrafficPolicy"] or _NONE,
            _list([f"{key}={value}" for key, value in service["selector"].items()]),
            _requested(service["requested"]),
            service["class"] or _NONE,
        ]
    return [*cells, row.state]


def _requested(request: Mapping[str, Any]) -> str:
    pool = [f"pool/{request['pool']}"] if request["pool"] else []
    return _list([*request["addresses"], *pool])


def _list(words: Sequence[str]) -> str:
    return ",".join(words) or _NONE
