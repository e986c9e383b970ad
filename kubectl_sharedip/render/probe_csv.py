"""A ProbeReport as CSV (RFC 4180), a row an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.sheets import csv_text

_COLUMNS = ("address", "namespace", "name", "port", "result", "latency_ms")
_HEADERS = (*_COLUMNS, "endpoints_ready", "endpoints_total", "verdict", "because")


def probe_csv(document: Mapping[str, Any], *, headers_shown: bool = True) -> str:
    """All items, with a header line unless ``headers_shown`` is False. A null is an empty cell."""
    rows = []
    for item in document["items"]:
        count = item["endpoints"] or {"ready": None, "total": None}
        values = [item[name] for name in _COLUMNS]
        values += [count["ready"], count["total"], item["verdict"], item["because"]]
        rows.append(["" if value is None else str(value) for value in values])
    return csv_text(_HEADERS, rows, headers_shown=headers_shown)
