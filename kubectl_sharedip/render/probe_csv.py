"""A ProbeReport as CSV (RFC 4180), a row an attempt.

A cell that a spreadsheet would take for a formula gets a quotation mark in front; control characters
are written out, so that a row is a line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.text import visible

_COLUMNS = ("address", "namespace", "name", "port", "result", "latency_ms")
_FORMULA = ("=", "+", "-", "@")


def probe_csv(document: Mapping[str, Any], *, headers_shown: bool = True) -> str:
    """All items, with a header line unless ``headers_shown`` is False. A null is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if headers_shown:
        writer.writerow([*_COLUMNS, "endpoints_ready", "endpoints_total", "verdict", "because"])
    for item in document["items"]:
        count = item["endpoints"] or {"ready": None, "total": None}
        values = [item[name] for name in _COLUMNS]
        values += [count["ready"], count["total"], item["verdict"], item["because"]]
        writer.writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else visible(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
