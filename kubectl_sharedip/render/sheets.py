"""Rows of texts for other programs: CSV for spreadsheets, Markdown for a comment on a change.

Refuses to let a cell be more than text: what a spreadsheet would take for a formula, or Markdown for
markup, is written so that it is read as it stands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from kubectl_sharedip.render.text import visible

_FORMULA = ("=", "+", "-", "@")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
_TICKS = re.compile(r"`+")
_BROKEN = "<!-- -->"
_LINKS = re.compile(r"@|(?<=:)//|(?<=www)\.", re.IGNORECASE)


def csv_text(headers: Sequence[str], rows: Sequence[Sequence[str]], *, headers_shown: bool = True) -> str:
    """The rows as RFC 4180 has them, lines ending with a newline alone."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if headers_shown:
        writer.writerow(headers)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in map(visible, row)])
    return stream.getvalue()


def code(text: str) -> str:
    """Text as a code span of Markdown, in which nothing of it is markup; also within a table."""
    shown = visible(text)
    longest = max(map(len, _TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{blank}{shown}{blank}{fence}".replace("|", "\\|") if shown else ""


def plain(text: str) -> str:
    """Text of a sentence in Markdown, read as it stands."""
    return _as_it_stands(text)


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows as a table of GitHub's Markdown; empty where there is none."""
    return laid_out(headers, [[_as_it_stands(cell) for cell in row] for row in rows]) + "\n" if rows else ""


def laid_out(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The lines of a table of GitHub's Markdown, of cells that are Markdown already."""
    import tabulate

    columns = tabulate.DataRow("| ", " | ", " |")
    layout = tabulate.TableFormat(None, None, None, None, columns, columns, 0, None)
    # Nothing is aligned: how wide a character is would depend on what else is installed.
    return tabulate.tabulate(
        [["---"] * len(headers), *rows], headers, layout, stralign=None, numalign=None, disable_numparse=True
    )


def _as_it_stands(cell: str) -> str:
    # An empty comment keeps GitHub from calling whoever is named, and from making a link.
    escaped = _MARKUP.sub(r"\\\1", visible(cell))
    return _LINKS.sub(lambda found: f"@{_BROKEN}" if found[0] == "@" else f"{_BROKEN}{found[0]}", escaped)
