"""``pools``: each pool with its ranges, its room, who shares what in it, and who may use it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kubectl_sharedip.cli.item_forms import Labels, item_form, labels_of
from kubectl_sharedip.cli.newcomer import For, Newcomers, for_of, newcomers
from kubectl_sharedip.cli.output import (
    arranged,
    draws_boxes,
    on_terminal,
    print_answer,
    print_document,
    print_notes,
    say,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.diagnose.pool_findings import advertisements_for, pool_findings
from kubectl_sharedip.inventory.joinable import families_for, joinable
from kubectl_sharedip.inventory.room import PoolRoom, rooms
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.pools import PoolAnswer, pool_list

_READS = ("namespaces", "l2advertisements", "bgpadvertisements", "configurationstates")
_WATCHED = ("services", "ipaddresspools", "namespaces", "l2advertisements", "bgpadvertisements")


@frozen
class PoolsRequest:
    """What ``pools`` was asked: who wants to join (ports or files), under which key, and whether to watch."""

    joins: Sequence[str] = ()
    key: str | None = None
    watch: bool = False


def run(request: Request, wanted: PoolsRequest) -> int:
    """Prints every pool, or with --for the addresses that could be joined. Returns 0.

    Watching ends by being interrupted only.
    """
    joins = for_of(wanted.joins, wanted.key)
    if wanted.watch:
        from kubectl_sharedip.cli.watching import Round, watch

        if joins is not None and joins.files:
            raise click.UsageError("-w answers anew, and files of --for are read once: give ports.")

        def answer() -> Round:
            document, labels, outside = _told(request, wanted, joins)
            return Round(document=document, show=lambda: _show(request, wanted, document, labels, outside))

        watch(request, _WATCHED, answer)
    document, labels, outside = _told(request, wanted, joins)
    _show(request, wanted, document, labels, outside)
    return 0


def _told(request: Request, wanted: PoolsRequest, joins: For | None) -> tuple[Document, Labels, list[str]]:
    """The document, the labels of its pools, and what is said where a table of it would be empty."""
    reading = read(request, _READS)
    every = rooms(reading.snapshot, reading.views)
    found = [
        room for room in every if request.labels is None or matches(request.labels, room.resource.labels)
    ]
    new = newcomers(joins, wanted.key, reading) if joins is not None else None
    answers = [
        PoolAnswer(
            room=room,
            advertised_by=advertisements_for(reading.snapshot, room),
            findings=pool_findings(reading.snapshot, reading.views, room),
            joinable=None if new is None else {name: joinable(room, one) for name, one in new.items()},
        )
        for room in found
    ]
    document = arranged(pool_list(reading.snapshot, reading.views, answers, reading.notes), request)
    if every and not found:
        return document, None, [f"-l leaves out {len(every)} IPAddressPools."]
    labels = labels_of(
        request, (((room.resource.namespace, room.resource.name), room.resource.labels) for room in found)
    )
    return document, labels, _empty(reading, found, new)


def _empty(reading: Reading, found: Sequence[PoolRoom], new: Newcomers | None) -> list[str]:
    if not found:
        known = reading.snapshot.was_read("ipaddresspools")
        return ["No IPAddressPools found." if known else "No IPAddressPool could be read."]
    if new is None:
        return []
    free = [
        f"{count.left} IPv{count.family} addresses are free in {room.resource.name}"
        for room in found
        for count in room.counts
        if count.left and any(count.family in families_for(room, one) for one in new.values())
    ]
    return ["No address can be joined.", *(f"{line}." for line in free)]


def _show(
    request: Request, wanted: PoolsRequest, document: Document, labels: Labels, outside: Sequence[str]
) -> None:
    if wants_document(request):
        print_document(document, request, one_line=wanted.watch)
        return
    text = _text(request, document, labels, asked=bool(wanted.joins))
    print_answer(text + "\n" if wanted.watch and text else text)
    print_notes(document)
    if not text:
        say(outside)


def _text(request: Request, document: Document, labels: Labels, *, asked: bool) -> str:
    from kubectl_sharedip.render import pools as render

    output, headers = request.output or "table", not request.no_headers
    style = style_of(request)
    text = item_form(request, document)
    if text is not None:
        return text
    if output == "csv":
        from kubectl_sharedip.render.pools_csv import pools_csv

        return pools_csv(document, headers_shown=headers)
    if output == "tree":
        return render.pool_tree(document, width=width(), style=style, boxes=draws_boxes())
    wide = output == "wide"
    columns = None if wide else width()
    if asked:
        return render.joinable_table(document, width=columns, style=style, headers_shown=headers)
    return render.pool_table(
        document,
        wide=wide,
        width=columns,
        style=style,
        bars=("█░" if draws_boxes() else "#.") if on_terminal() else "",
        headers_shown=headers,
        labels=labels,
    )
