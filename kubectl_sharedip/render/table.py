"""Rows of cells as a table like kubectl's, which grep, awk and people can read.

It exists because kubectl cuts nothing and wraps nothing, and the reason why a Service is pending
does not fit into 80 columns: one column is wrapped here. It refuses to leave out or shorten a
cell, and to let through a character that could change how the table looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.render.text import cell_width, visible, widest, wrap

GAP = "   "  # as kubectl's
_PAINT = re.compile("\x1b\\[[0-9;]*m")


@frozen
class Painted:
    """A cell whose first word is painted, such as ``SIP201`` in red. ``paint`` adds no width."""

    text: str
    paint: Callable[[str], str]


Cell = str | Painted


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    width: int | None,
    wrap_column: int | None,
    headers_shown: bool = True,
    least: int = 1,
    list_column: int | None = None,
) -> str:
    """The rows under their headers, columns left-aligned, no blanks at the end of a line.

    ``width`` is in cells of the terminal, None for no limit. Where the table is wider, column
    ``wrap_column`` (0 is the first, None means the last) goes on under itself; words are not
    broken, and it keeps ``least`` cells, so a line may still be too wide: then ``list_column``, lists
    with commas, goes on under itself as well. Without
    ``headers_shown`` the headers take no width either. The text ends with a newline, or is empty
    where there is no line. Raises ValueError for a row that has not as many cells as there are
    headers, and for a ``wrap_column`` that is no column.
    """
    if any(len(row) != len(headers) for row in rows):
        raise ValueError(f"every row needs {len(headers)} cells")
    wrapped = len(headers) - 1 if wrap_column is None else wrap_column
    if headers and not 0 <= wrapped < len(headers):
        raise ValueError(f"there is no column {wrap_column}")
    columns = [_shown(cells) for cells in zip(*rows, strict=True)] or [[] for _ in headers]
    titles = [visible(header) for header in headers] if headers_shown else [""] * len(headers)
    widths = [max(cell_width(title), widest(column)) for title, column in zip(titles, columns, strict=True)]
    total = sum(widths) + len(GAP) * (len(widths) - 1)
    if width is None or total <= width:
        laid = [
            [_padded(cell, text, size) for cell, text in zip(cells, column, strict=True)]
            for cells, column, size in zip(zip(*rows, strict=True), columns, widths, strict=False)
        ]
        return _under(titles if headers_shown else None, widths, list(zip(*laid, strict=True)))
    lines = [[[text] for text in row] for row in zip(*columns, strict=True)]
    room = max(widths[wrapped] - (total - width), cell_width(titles[wrapped]), least)
    room = max([room, *map(_longest_word, columns[wrapped])])
    for row in lines:
        row[wrapped] = wrap(row[wrapped][0], room)
    # What the breaks have left over need not be blank.
    widths[wrapped] = max([cell_width(titles[wrapped]), *(cell_width(t) for r in lines for t in r[wrapped])])
    if list_column is not None:
        over = sum(widths) + len(GAP) * (len(widths) - 1) - width
        pieces = [text.replace(",", ", ").split(" ") for text in columns[list_column]]
        least_room = max([cell_width(titles[list_column]), *(cell_width(p) for row in pieces for p in row)])
        if over > 0 and least_room < widths[list_column]:
            widths[list_column] = max(widths[list_column] - over, least_room)
            for row, parts in zip(lines, pieces, strict=True):
                row[list_column] = filled(parts, widths[list_column])
    padded = [
        [_padded(cell, text, size) for cell, text, size in zip(painted, line, widths, strict=True)]
        for row, cells in zip(rows, lines, strict=True)
        for painted, line in _physical(row, cells)
    ]
    return _under(titles if headers_shown else None, widths, padded)


def _shown(cells: Sequence[Cell]) -> list[str]:
    """A column as it is shown, which most are as they stand."""
    texts = [cell.text if isinstance(cell, Painted) else cell for cell in cells]
    return texts if all(map(str.isprintable, texts)) else list(map(visible, texts))


def filled(parts: Sequence[str], width: int) -> list[str]:
    """The parts of a list one after the other, as many on a line as there is room for."""
    found = [""]
    for part in parts:
        if found[-1] and cell_width(found[-1] + part) > width:
            found.append(part)
        else:
            found[-1] += part
    return found


def fits(text: str, width: int | None) -> bool:
    """Whether each line of a painted text has room in so many cells; None for no limit."""
    return width is None or all(cell_width(_PAINT.sub("", line)) <= width for line in text.splitlines())


def _longest_word(text: str) -> int:
    return max(map(cell_width, text.split(" ")))


def _physical(row: Sequence[Cell], cells: Sequence[Sequence[str]]) -> list[tuple[Sequence[Cell], list[str]]]:
    """The lines that one row takes. Only the first is painted, as only it has first words."""
    height = max(map(len, cells), default=0)
    unpainted = [""] * len(row)
    return [
        (unpainted if at else row, [cell[at] if at < len(cell) else "" for cell in cells])
        for at in range(height)
    ]


def _padded(cell: Cell, text: str, size: int) -> str:
    if isinstance(cell, str):
        return text.ljust(size) if text.isascii() else text + " " * (size - cell_width(text))
    word, space, rest = text.partition(" ")
    return cell.paint(word) + space + rest + " " * (size - cell_width(text))


def _under(titles: Sequence[str] | None, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    """The rows, whose cells are padded, under their headers."""
    headers = [_padded("", title, size) for title, size in zip(titles or (), widths, strict=False)]
    # tabulate, which would have nothing left to do with padded cells, takes longer to import than all
    # of a short table takes to be made; what it lays out is Markdown (sheets.py).
    return "".join(GAP.join(row).rstrip() + "\n" for row in ([headers, *rows] if headers else rows))
