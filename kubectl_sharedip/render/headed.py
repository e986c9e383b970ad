"""Rows like a table's, each with what is told of it in whole lines beneath.

It exists because a sentence in the last column of a narrow terminal comes out as a strip that nobody
reads. Refuses to leave out or shorten anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kubectl_sharedip.render.table import Cell, Painted, table
from kubectl_sharedip.render.text import visible, wrap

_INDENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """A row, and the texts beneath it."""

    row: Sequence[Cell]
    told: Sequence[Cell]


def headed(
    headers: Sequence[str], blocks: Sequence[Headed], *, width: int, headers_shown: bool = True
) -> str:
    """The rows in columns, with their texts; empty where there is no row.

    ``width`` is in cells of the terminal. A row that is wider goes on in the next line.
    """
    rows = [block.row for block in blocks]
    plain = [[cell.text if isinstance(cell, Painted) else cell for cell in row] for row in rows]
    if not plain:
        return ""
    lines = table(headers, plain, width=None, wrap_column=None, headers_shown=headers_shown).splitlines()
    titles = lines[:1] if headers_shown else []
    found = [*titles]
    for line, block in zip(lines[len(titles) :], blocks, strict=True):
        first, *rest = wrap(line, width, _INDENT)
        for cell in block.row:
            if isinstance(cell, Painted):
                first = first.replace(visible(cell.text), cell.paint(visible(cell.text)), 1)
        found += [first, *rest]
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
