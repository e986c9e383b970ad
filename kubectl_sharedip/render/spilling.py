"""Rows of a table that is wider than its terminal, with every name in one piece.

It exists because keys, namespaces and names may each be as long as a line. A column keeps the width of
the cells that there is room for; a longer one runs over it, and what comes after it in its row goes on in
the next line, each under its own header. So a row that is short stays one line, whatever stands in others.
Refuses to leave out, to shorten and to break a name: one that is longer than a line is left to the
terminal, whose own break is no part of what is copied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubectl_sharedip.render.table import GAP, Cell, Painted, filled, fits, table
from kubectl_sharedip.render.text import cell_width, visible, wrap

_INDENT = 4
_FIRST = 2  # as much worse it is where the first cell, by which a row is found, runs over


def fitted(
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    width: int | None,
    wrap_column: int | None,
    headers_shown: bool = True,
    least: int = 1,
    list_column: int | None = None,
) -> str:
    """The table with these arguments, or the same rows spilled where it does not fit.

    In a terminal that has no room for the headers it is left as it is. Raises as ``table`` does.
    """
    whole = table(
        headers,
        rows,
        width=width,
        wrap_column=wrap_column,
        headers_shown=headers_shown,
        least=least,
        list_column=list_column,
    )
    least_width = len(GAP.join(headers if headers_shown else [""] * len(headers))) + least
    if width is None or fits(whole, width) or least_width > width:
        return whole
    laid = spilled(
        headers,
        rows,
        width=width,
        wrap_column=wrap_column,
        headers_shown=headers_shown,
        least=least,
        list_column=list_column,
    )
    return "".join(f"{line}\n" for lines in laid for line in lines)


def spilled(
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    width: int,
    wrap_column: int | None,
    headers_shown: bool = True,
    least: int = 1,
    list_column: int | None = None,
) -> list[list[str]]:
    """The lines of the headers, if they are shown, and then those of each row.

    ``width`` is in cells of the terminal; the others as with ``table``. Columns lose width where the
    fewest rows run over for it.
    """
    wrapped = len(headers) - 1 if wrap_column is None else wrap_column
    titles = [visible(header) if headers_shown else "" for header in headers]
    texts = [[visible(cell.text if isinstance(cell, Painted) else cell) for cell in row] for row in rows]
    floors = [cell_width(title) for title in titles]
    sizes = [max(map(cell_width, column)) for column in zip(titles, *texts, strict=True)]
    narrow = min(sizes[wrapped], max(least, floors[wrapped]))
    if list_column is not None:
        pieces = (cell_width(piece) for row in texts for piece in _pieces(row[list_column]))
        floors[list_column] = max([floors[list_column], *pieces])
    sizes = _narrowed(
        sizes, floors, texts, (list_column, wrapped, narrow), width - len(GAP) * (len(sizes) - 1)
    )
    starts = [sum(sizes[:at]) + len(GAP) * at for at in range(len(sizes))]
    found = [_placed([[title] for title in titles], titles, starts, width)] if headers_shown else []
    for row, cells in zip(rows, texts, strict=True):
        lines = [[text] for text in cells]
        # What is too long for a column that prose has no room in stands beneath, as wide as there is room.
        beneath = sizes[wrapped] < min(narrow, cell_width(cells[wrapped]))
        lines[wrapped] = wrap(cells[wrapped], width - _INDENT if beneath else sizes[wrapped]) or [""]
        places = [
            min(start, _INDENT) if beneath and at == wrapped else start for at, start in enumerate(starts)
        ]
        if list_column is not None:
            lines[list_column] = filled(_pieces(cells[list_column]), sizes[list_column])
        found.append(_placed(lines, row, places, width))
    return found


def _pieces(text: str) -> list[str]:
    return text.replace(",", ", ").split(" ")


def _narrowed(
    sizes: Sequence[int],
    floors: Sequence[int],
    texts: Sequence[Sequence[str]],
    breaks: tuple[int | None, int, int],
    room: int,
) -> list[int]:
    """Sizes that have room together.

    ``breaks`` are the column of lists, which may be broken at no cost, the one of prose, and the size from
    which that may.
    """
    listed, wrapped, narrow = breaks
    ways = []
    for at, floor in enumerate(floors):
        counts = Counter(cell_width(row[at]) for row in texts)
        offered = {floor} if at == listed else {floor, *(size for size in counts if size > floor)}
        dear = 1 if at else _FIRST
        costs = {size: dear * sum(n for one, n in counts.items() if one > size) for size in offered}
        if at == wrapped:
            costs = {size: cost for size, cost in costs.items() if size < narrow} | {narrow: 0}
        if at == listed:
            costs = {floor: 0}
        ways.append(sorted(costs.items()))
    found = _cheapest(ways, room) or list(floors)
    # A list takes back what is left before prose does.
    for one in (listed, wrapped):
        if one is not None and (one == listed or found[one] >= narrow):
            found[one] = max(found[one], min(sizes[one], found[one] + room - sum(found)))
    return found


def _cheapest(ways: Sequence[Sequence[tuple[int, int]]], room: int) -> list[int]:
    """A size of each column at the least cost, of sizes with costs; empty where there is no room for any."""
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for column in ways:
        reached: dict[int, tuple[int, tuple[int, ...]]] = {}
        for used, (cost, sizes) in best.items():
            for size, more in column:
                offer = (cost + more, (*sizes, size))
                if used + size <= room and offer < reached.get(used + size, (cost + more + 1, ())):
                    reached[used + size] = offer
        best = reached
    return list(min((cost, used, sizes) for used, (cost, sizes) in best.items())[2]) if best else []


def _placed(
    lines: Sequence[Sequence[str]], cells: Sequence[Cell], starts: Sequence[int], width: int
) -> list[str]:
    """The lines of one row: each cell from its start on, in the first line from there that has room."""
    page: list[str] = [""]
    used = [0]  # cells of each line of the page; paint takes none
    top = 0
    for cell, column, start in zip(cells, lines, starts, strict=True):
        at = top
        for number, text in enumerate(column):
            size = cell_width(text)
            indent = start if start + size <= width else min(start, _INDENT)
            while at < len(page) and used[at] and used[at] + len(GAP) > indent:
                at += 1
            if at == len(page):
                page.append("")
                used.append(0)
            if text:
                page[at] += " " * (indent - used[at]) + _painted(cell, text, first=not number)
                used[at] = indent + size
            if not number:
                top = at
            at += 1
    return page


def _painted(cell: Cell, text: str, *, first: bool) -> str:
    if not first or not isinstance(cell, Painted):
        return text
    word, space, rest = text.partition(" ")
    return cell.paint(word) + space + rest
