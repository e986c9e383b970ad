"""``ls``: which Services sit on which external IP, under which key; which are Pending, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.cli import whats
from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.item_forms import Labels, service_labels
from kubectl_sharedip.cli.ls_forms import refuse_unwatched, text_of
from kubectl_sharedip.cli.naming import in_scope, left_out, pending
from kubectl_sharedip.cli.output import (
    arranged,
    print_answer,
    print_document,
    print_notes,
    say,
    wants_document,
)
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.inventory import addresses
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.report.addresses import address_list
from kubectl_sharedip.report.envelope import Document

_WATCHED = ("services", "ipaddresspools")
_SLICES = "endpointslices"


@frozen
class LsRequest:
    """What ``ls`` was asked: for what (nothing: all in scope), which part of it, and with what beside."""

    what: Sequence[str] = ()
    shared: bool = False
    pending: bool = False
    endpoints: bool = False
    watch: bool = False


@frozen
class Told:
    """One answer. ``errors`` are for words that mean nothing; ``empty`` is said where there is no row."""

    document: Document
    labels: Labels
    errors: tuple[InputError, ...]
    empty: Sequence[str]


def run(request: Request, wanted: LsRequest) -> int:
    """Prints the addresses of the scope, or of what was asked for.

    Returns 0, or 3 where a word means nothing (the others are still answered). Watching ends by being
    interrupted only.
    """
    whats.refuse_no_words(wanted.what)
    if wanted.watch:
        from kubectl_sharedip.cli.ls_watching import Rows
        from kubectl_sharedip.cli.watching import Round, watch

        refuse_unwatched(request)
        rows = Rows(request)

        def answer() -> Round:
            told = _told(request, wanted)
            # Labels are no part of the document, and a change of them is one of its rows.
            shown = [[*place, labels] for place, labels in (told.labels or {}).items()]
            return Round(document={**told.document, "labels": shown}, show=lambda: rows.show(told))

        watch(request, (*_WATCHED, *([_SLICES] if wanted.endpoints else [])), answer)
    told = _told(request, wanted)
    show(request, told)
    return Exit.NO_INPUT if told.errors else Exit.OK


def show(request: Request, told: Told, *, one_line: bool = False) -> None:
    """The whole answer: the document to stdout in the form that was asked for, all else to stderr."""
    if wants_document(request):
        print_document(told.document, request, one_line=one_line)
    else:
        text = text_of(request, told.document, told.labels)
        print_answer(text)
        print_notes(told.document)
        if not text and not told.errors:
            say(told.empty)
    for error in told.errors:
        report(error)


def _told(request: Request, wanted: LsRequest) -> Told:
    reading = read(request, ())
    with waiting("Working out the reasons"):
        return _answer(request, wanted, reading)


def _answer(request: Request, wanted: LsRequest, reading: Reading) -> Told:
    inventory, errors = _select(reading, wanted)
    if wanted.endpoints:
        from kubectl_sharedip.cli.behind import with_slices

        reading = with_slices(reading, inventory, request.metallb_namespace)
    unsettled = (*inventory.pending, *inventory.not_handled)
    diagnoses = _diagnoses(reading, unsettled) if unsettled else {}
    document = address_list(
        reading.snapshot,
        reading.views,
        inventory,
        diagnoses,
        reading.notes,
        endpoints=wanted.endpoints,
    )
    return Told(
        document=arranged(document, request),
        labels=service_labels(request, reading),
        errors=errors,
        empty=_outside(reading),
    )


def _diagnoses(reading: Reading, services: Sequence[Service]) -> Mapping[ServiceName, Diagnosis]:
    from kubectl_sharedip.diagnose.run import diagnose

    return {one.name: diagnose(reading.snapshot, reading.views, one, only_decisive=True) for one in services}


def _select(reading: Reading, wanted: LsRequest) -> tuple[addresses.Inventory, tuple[InputError, ...]]:
    """The part of the inventory that touches the scope, or what was asked for; an address is shown whole."""
    inventory = addresses.take(reading.snapshot.services.values(), reading.views)
    chosen = in_scope(reading)
    names, errors = frozenset(service.name for service in chosen), tuple[InputError, ...]()
    if wanted.what:
        found = whats.meant(reading, wanted.what, chosen)
        names, errors = found.names, found.errors
    groups = [group for group in inventory.groups if addresses.in_scope(group, names)]
    if wanted.shared:
        groups = [group for group in groups if group.shared]
    waiting = tuple(s for s in inventory.pending if s.name in names)
    others = tuple(s for s in inventory.not_handled if s.name in names)
    selected = replace(
        inventory,
        groups=() if wanted.pending else tuple(groups),
        pending=() if wanted.shared and not wanted.pending else waiting,
        not_handled=() if wanted.shared or wanted.pending else others,
    )
    return selected, errors


def _outside(reading: Reading) -> Sequence[str]:
    """What an empty scope leaves out."""
    if hidden := left_out(reading):
        return hidden
    if reading.scope is None:
        return ["No LoadBalancer Services found."]
    services = [s for s in reading.snapshot.services.values() if s.type == "LoadBalancer"]
    waiting = len(pending(services))
    lines = [f"No LoadBalancer Services found in namespace {reading.scope}."]
    if services:
        lines.append(f"{len(services)} in other namespaces, {waiting} of them Pending: -A")
    return lines
