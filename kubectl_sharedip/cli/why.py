"""``why``: why a Service is Pending, or sits where it sits, proven from fields that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kubectl_sharedip.cli.answering import answers_of
from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.naming import in_scope, pending, refuse_what_is_no_name, resolve
from kubectl_sharedip.cli.output import (
    draws_boxes,
    print_answer,
    print_notes,
    say,
    structured,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.report.diagnosis import diagnosis_list
from kubectl_sharedip.report.envelope import Document

_READS = (
    "events",
    "namespaces",
    "configurationstates",
    "servicelb-daemonsets",
    "l2advertisements",
    "bgpadvertisements",
)
_WATCHED = ("services", "ipaddresspools", "events")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyRequest:
    """What ``why`` was asked: for these names (none: every Pending one), with which extras."""

    names: Sequence[str] = ()
    events: bool = False
    habits: bool = False
    watch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One answer to it, with the errors for names that nobody has. ``empty`` is said where there is none."""

    document: Document
    unknown: tuple[InputError, ...]
    empty: str


def run(request: Request, wanted: WhyRequest) -> int:
    """Prints the reason for each named Service, or for every Pending one in scope.

    Returns 0, or 3 where a name is not known (the others are still answered). Watching ends by
    being interrupted only.
    """
    if wanted.watch:
        from kubectl_sharedip.cli.watching import Round, watch

        def answer() -> Round:
            told = _told(request, wanted)
            return Round(document=told.document, show=lambda: _show(request, wanted, told))

        watch(request, _WATCHED, answer)
    told = _told(request, wanted)
    _show(request, wanted, told)
    return Exit.NO_INPUT if told.unknown else Exit.OK


def _told(request: Request, wanted: WhyRequest) -> _Told:
    refuse_what_is_no_name(wanted.names)
    reading = read(request, _READS, wanted.names)
    services, unknown = resolve(reading, wanted.names)
    if not wanted.names:
        services = list(pending(in_scope(reading)))
    answers = answers_of(reading, services, habits(USUAL) if wanted.habits else ())
    notes = (*reading.notes, *(note for answer in answers for note in answer.diagnosis.notes))
    document = diagnosis_list(reading.snapshot, reading.views, answers, notes, all_events=wanted.events)
    return _Told(document=document, unknown=tuple(unknown), empty=_nothing(reading))


def _show(request: Request, wanted: WhyRequest, told: _Told) -> None:
    document = told.document
    if document["items"] or not wanted.names:
        _print(request, wanted, told)
    for error in told.unknown:
        report(error)


def _print(request: Request, wanted: WhyRequest, told: _Told) -> None:
    document = told.document
    if wants_document(request):
        print_answer(structured(document, request, one_line=wanted.watch))
        return
    if request.output == "tree":
        from kubectl_sharedip.render.tree import diagnosis_tree

        text = diagnosis_tree(document, width=width(), style=style_of(request), boxes=draws_boxes())
    else:
        from kubectl_sharedip.render.diagnosis import diagnosis_text

        text = diagnosis_text(document, width=width(), style=style_of(request), events=wanted.events)
    print_answer(text + "\n" if wanted.watch and text else text)
    print_notes(document)
    if not wanted.names and not document["items"]:
        say([told.empty])


def _nothing(reading: Reading) -> str:
    waiting = len(pending(reading.snapshot.services.values()))
    if reading.scope is None:
        return "Nothing is Pending."
    elsewhere = f" {waiting} Pending in other namespaces: -A" if waiting else ""
    return f"Nothing is Pending in namespace {reading.scope}.{elsewhere}"
