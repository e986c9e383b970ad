"""A PoolList as CSV (RFC 4180): the columns of the wide table, a row a pool and IP family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.pools import pool_rows
from kubectl_sharedip.render.sheets import csv_text


def pools_csv(document: Mapping[str, Any], *, headers_shown: bool = True) -> str:
    """All pools, under a header line with ``headers_shown``. A cell without a value is empty."""
    headers, rows = pool_rows(document)
    cells = [["" if cell == "-" else cell for cell in row] for row in rows]
    return csv_text(headers, cells, headers_shown=headers_shown)
