"""Rows like a table's, each with what is told of it in whole lines beneath.

It exists because a sentence in the last column of a narrow terminal comes out as a strip that nobody
reads. Refuses to leave out or shorten anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.render.spilling import spilled
from kubectl_sharedip.render.table import Cell, Painted, fits, table
from kubectl_sharedip.render.text import visible, wrap

_INDENT = 4
_NONE = "-"


@frozen
class Headed:
    """A row, and the texts beneath it."""

    row: Sequence[Cell]
    told: Sequence[Cell]


def laid_out(
    headers: Sequence[str],
    blocks: Sequence[Headed],
    *,
    width: int | None,
    headers_shown: bool = True,
    least: int | None = None,
) -> str:
    """The texts as the last column, a row each, where all of it fits; else beneath their rows.

    The last of ``headers`` is that of the texts. ``width`` is in cells, None for no limit. With ``least``
    the last column may be wrapped before that, down to so many cells. Empty where there is no row.
    """
    whole = in_columns(headers, blocks, width=width, headers_shown=headers_shown, least=least)
    if width is None or fits(whole, width):
        return whole
    return headed(headers[:-1], blocks, width=width, headers_shown=headers_shown)


def in_columns(
    headers: Sequence[str],
    blocks: Sequence[Headed],
    *,
    width: int | None,
    headers_shown: bool = True,
    least: int | None = None,
) -> str:
    """The texts as the last column, whether it fits or not; arguments as above."""
    rows = [[*block.row, one] for block in blocks for one in block.told or [_NONE]]
    if not rows:
        return ""
    limit = width if least is not None else None
    return table(headers, rows, width=limit, wrap_column=None, headers_shown=headers_shown, least=least or 1)


def headed(
    headers: Sequence[str], blocks: Sequence[Headed], *, width: int, headers_shown: bool = True
) -> str:
    """The rows in columns, with their texts; empty where there is no row.

    ``width`` is in cells of the terminal. A row that is wider is spilled.
    """
    rows = [block.row for block in blocks]
    if not rows:
        return ""
    laid = spilled(headers, rows, width=width, wrap_column=None, headers_shown=headers_shown)
    found = laid.pop(0) if headers_shown else []
    for lines, block in zip(laid, blocks, strict=True):
        found += lines
        for cell in block.told:
            found += _told(cell, width)
    return "".join(f"{line}\n" for line in found)


def _told(cell: Cell, width: int) -> Iterator[str]:
    text = visible(cell.text if isinstance(cell, Painted) else cell)
    first, *rest = wrap(" " * _INDENT + text, width, _INDENT)
    if isinstance(cell, Painted):
        word = text.partition(" ")[0]
        first = first.replace(word, cell.paint(word), 1)
    yield first
    yield from rest
