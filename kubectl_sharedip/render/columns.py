"""The items of any document as a table of columns that the reader chooses.

Refuses to know what a document holds: each column is a JMESPath expression on an item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.query import choose
from kubectl_sharedip.render.table import table

_NONE = "<none>"  # as kubectl's


class ColumnError(Exception):
    """Columns that cannot be used: why, in one line."""


def custom_columns(document: Mapping[str, Any], text: str, *, headers_shown: bool = True) -> str:
    """The items of the document, a row each. ``text`` is ``NAME:EXPR,...``.

    A comma inside brackets, braces or quotes is part of the expression. Raises ColumnError, QueryError.
    """
    columns = [_column(part) for part in _parts(text)]
    rows = [[_cell(choose(item, expression)) for _, expression in columns] for item in document["items"]]
    headers = [name for name, _ in columns]
    return table(headers, rows, width=None, wrap_column=None, headers_shown=headers_shown)


def _parts(text: str) -> list[str]:
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _column(part: str) -> tuple[str, str]:
    name, colon, expression = part.partition(":")
    if not colon or not name.strip() or not expression.strip():
        raise ColumnError("write NAME:EXPR,NAME:EXPR")
    return name.strip(), expression.strip()


def _cell(value: Any) -> str:
    if value is None:
        return _NONE
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(map(_cell, value)) or _NONE
    return json.dumps(value)
