"""The table of ``ls``: an AddressList as rows, each of which stands alone.

It exists to choose columns and their order. It refuses to sort, to filter and to judge: which
Services are in it, and why one is Pending, is in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.render.spilling import fitted
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted

_NONE = "-"
_NOWHERE = "<none>"
# A reason that is broken at every word is worse to read than a line that is too long.
_LEAST_STATE = 24
_WIDE = ("POOL", "POLICY", "SELECTOR", "REQUESTED", "CLASS")


#: Labels as a cell shows them, by namespace and name of a Service.
Labels = Mapping[tuple[str, str], str]


@frozen
class _Row:
    address: str
    service: Mapping[str, Any]
    pool: str | None
    state: Cell


@frozen
class Rows:
    """The rows of a table with their headers; ``wrapped`` is the column that may go on under itself.

    Each row is known by its address and the namespace and name of its Service.
    """

    headers: Sequence[str]
    cells: Mapping[tuple[str, str, str], list[Cell]]
    wrapped: int

    def table(self, *, width: int | None, headers_shown: bool) -> str:
        """The table; ``width`` is in cells of the terminal, None for no limit. Empty without a row."""
        if not self.cells:
            return ""
        return fitted(
            self.headers,
            list(self.cells.values()),
            width=width,
            wrap_column=self.wrapped,
            headers_shown=headers_shown,
            least=_LEAST_STATE,
            list_column=self.headers.index("PORTS"),
        )


def address_table(
    document: Mapping[str, Any],
    *,
    wide: bool,
    width: int | None,
    style: Style,
    headers_shown: bool = True,
    labels: Labels | None = None,
) -> str:
    """The Services of an AddressList by address, then those that are Pending.

    ``width`` is in cells of the terminal, None for no limit; STATE is wrapped. The others as with
    ``address_rows``. Empty where there is no row. Raises KeyError for a document that is no AddressList.
    """
    rows = address_rows(document, wide=wide, style=style, labels=labels)
    return rows.table(width=width, headers_shown=headers_shown)


def address_rows(
    document: Mapping[str, Any], *, wide: bool, style: Style, labels: Labels | None = None
) -> Rows:
    """The rows of the table.

    ``wide`` adds columns, and at the end the Services that MetalLB does not handle. Where a Service of
    the document has ``endpoints`` there is a column for them, and with ``labels`` one for those, the last.
    """
    rows = [*_assigned(document, style), *_pending(document, style)]
    if wide:
        rows.extend(_not_handled(document, style))
    endpoints = any("endpoints" in row.service for row in rows)
    headers = ["ADDRESS", "KEY", "SERVICE", "PORTS"]
    headers += ["ENDPOINTS"] if endpoints else []
    headers += [*(_WIDE if wide else ()), "STATE"]
    found = {}
    for row in rows:
        namespace, name = row.service["namespace"], row.service["name"]
        last = [] if labels is None else [labels.get((namespace, name), _NONE)]
        found[row.address, namespace, name] = [*_cells(row, wide=wide, endpoints=endpoints), *last]
    shown = headers if labels is None else [*headers, "LABELS"]
    return Rows(headers=shown, cells=found, wrapped=len(headers) - 1)


def address_csv(document: Mapping[str, Any], *, headers_shown: bool = True) -> str:
    """All Services as CSV, with the columns of the wide table. A cell without a value is empty."""
    from kubectl_sharedip.render.sheets import csv_text

    rows = address_rows(document, wide=True, style=Style(enabled=False))
    sheet = [[_plain(cell) for cell in cells] for cells in rows.cells.values()]
    return csv_text(rows.headers, sheet, headers_shown=headers_shown)


def _plain(cell: Cell) -> str:
    text = cell.text if isinstance(cell, Painted) else cell
    return "" if text in (_NONE, _NOWHERE) else text


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
        for address in service["addresses"] or (_NOWHERE,):
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
