"""A PoolList as CSV (RFC 4180): the columns of the wide table, a row a pool and IP family."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.pools import pool_rows
from kubectl_sharedip.render.text import visible

_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would take for one


def pools_csv(document: Mapping[str, Any], *, headers_shown: bool = True) -> str:
    """All pools, under a header line with ``headers_shown``. A cell without a value is empty."""
    headers, rows = pool_rows(document)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if headers_shown:
        writer.writerow(headers)
    for row in rows:
        writer.writerow([_cell("" if cell == "-" else cell) for cell in row])
    return text.getvalue()


def _cell(value: str) -> str:
    text = visible(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
