"""The items of any document as a table of columns that the reader chooses.

Refuses to know what a document holds: each column is a JMESPath expression on an item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.query import QueryError, choose
from kubectl_sharedip.render.table import table

_NONE = "<none>"  # as kubectl's


class ColumnError(Exception):
    """Columns that cannot be used: why, in one line."""


def custom_columns(document: Mapping[str, Any], text: str, *, headers_shown: bool = True) -> str:
    """The items of the document, a row each. ``text`` is ``NAME:EXPR,...``.

    A comma inside brackets, braces or quotes is part of the expression. Raises ColumnError; QueryError
    with all of the text, and the place in it.
    """
    parts = _parts(text)
    starts = [sum(len(part) + 1 for part in parts[:number]) for number in range(len(parts))]
    columns = [_column(part) for part in parts]
    # With no item to look at an expression is as wrong as with many.
    rows: list[list[str]] = []
    for item in (*document["items"], None):
        row = [
            _cell(_chosen(item, expression, text, start + part.index(":") + 1))
            for (_, expression), part, start in zip(columns, parts, starts, strict=True)
        ]
        rows.extend([] if item is None else [row])
    headers = [name for name, _ in columns]
    return table(headers, rows, width=None, wrap_column=None, headers_shown=headers_shown)


def _chosen(item: Any, expression: str, text: str, start: int) -> Any:
    """What the expression, which stands from ``start`` on in the text, chooses of an item; None: of none."""
    try:
        return choose({} if item is None else item, expression)
    except QueryError as error:
        if item is None and error.place is None:
            return None  # a function that cannot take null: there was nothing to give it
        place = None if error.place is None else start + error.place
        raise QueryError(text, place, error.because) from error


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
    return name.strip(), expression


def _cell(value: Any) -> str:
    if value is None:
        return _NONE
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(map(_cell, value)) or _NONE
    return json.dumps(value)
