"""A CheckReport as a table: one row a Service, what it will get, and the worst that was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted, table

_LEAST_FINDING = 24


def check_table(
    document: Mapping[str, Any], *, width: int | None, style: Style, headers_shown: bool = True
) -> str:
    """The Services of the files in their order. ``width`` is in cells, None for no limit."""
    rows: list[list[Cell]] = []
    for item in document["items"]:
        predicted = item["predicted"]
        lists = [",".join(one) or "none" for one in predicted["addresses"]]
        paint = {"Assigned": style.ok, "Pending": style.error}.get(predicted["state"], style.warning)
        worst = next((f for f in item["findings"] if f["decisive"] or f["severity"] == "error"), None)
        worst = worst or next((f for f in item["findings"] if f["cause"]), None)
        rows.append(
            [
                f"{item['namespace']}/{item['name']}",
                Painted(text=predicted["state"], paint=paint),
                " or ".join(lists) or "-",
                f"{worst['code']} {worst['message']}" if worst else "-",
            ]
        )
    return table(
        ["SERVICE", "PREDICTED", "ADDRESSES", "FINDING"],
        rows,
        width=width,
        wrap_column=None,
        headers_shown=headers_shown,
        least=_LEAST_FINDING,
    )
