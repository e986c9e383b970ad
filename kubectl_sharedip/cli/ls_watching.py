"""``ls -w``: the whole table once, and then every row that is new, has changed or is gone.

The rows are those of the answer, not of what a watch brought: where one Service comes, its neighbours are
shared with it, and their rows say so. Refuses to print a row twice that has not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from kubectl_sharedip.cli.ls import Told, show
from kubectl_sharedip.cli.output import print_answer, print_notes, say, style_of, wants_document, width
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.render.addresses import Rows as Table
from kubectl_sharedip.render.addresses import address_rows
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted

_Key = tuple[str, str, str]
_PENDING = "<pending>"


class Rows:
    """What was shown last, of one run."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._last: Table | None = None
        self._noted: set[str] = set()

    def show(self, told: Told) -> None:
        """Prints the whole answer, or what is different from the last one."""
        if wants_document(self._request):
            show(self._request, told, one_line=True)
            return
        style, wide = style_of(self._request), self._request.output == "wide"
        now = address_rows(told.document, wide=wide, style=style, labels=told.labels)
        before, self._last = self._last, now
        new = self._new_notes(told)
        if before is None:
            show(self._request, told)
            return
        print_notes({"notes": new})
        changed = _changes(before.cells, now.cells, style)
        if not changed:
            return
        at = datetime.now(timezone.utc).strftime("%H:%M:%SZ")
        say([f"{at}: {len(changed)} row{'s' if len(changed) > 1 else ''} changed"])
        shown = Table(headers=("CHANGE", *now.headers), cells=changed, wrapped=now.wrapped + 1)
        print_answer(shown.table(width=None if wide else width(), headers_shown=not self._request.no_headers))

    def _new_notes(self, told: Told) -> list[dict[str, str]]:
        """Those that the answer before did not have."""
        notes, before = told.document["notes"], self._noted
        self._noted = {note["message"] for note in notes}
        return [note for note in notes if note["message"] not in before]


def _changes(
    before: Mapping[_Key, list[Cell]], now: Mapping[_Key, list[Cell]], style: Style
) -> dict[_Key, list[Cell]]:
    """The rows that differ, each with a word for how, in the order of the table; those that are gone last."""
    found: dict[_Key, list[Cell]] = {}
    for key, cells in now.items():
        if key not in before:
            found[key] = [_word("new", style.ok), *cells]
        elif list(map(_text, cells)) != list(map(_text, before[key])):
            found[key] = [_word("changed", style.warning), *cells]
    services = {key[1:] for key in now}
    for key, cells in before.items():
        moved_on = key[0] == _PENDING and key[1:] in services  # it has an address by now
        if key not in now and not moved_on:
            found[key] = [_word("gone", style.dim), *map(_text, cells)]
    return found


def _word(text: str, paint: Callable[[str], str]) -> Cell:
    return Painted(text=text, paint=paint)


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Painted) else cell
