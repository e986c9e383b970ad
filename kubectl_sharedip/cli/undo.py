"""``undo``: takes a ``fix`` back, finishes one that was cut off, or lists what was done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import click

from kubectl_sharedip.apply.finishing import plan_rest
from kubectl_sharedip.apply.journal import Journal, read_journal
from kubectl_sharedip.apply.journals import Found, Journals, pick, read_journals
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.apply.signals import uninterrupted
from kubectl_sharedip.apply.undoing import plan_undo
from kubectl_sharedip.cli.again import typed
from kubectl_sharedip.cli.announced_plan import with_nodes
from kubectl_sharedip.cli.carry_out import Task, cluster_uid, do, journal_folder, target_text
from kubectl_sharedip.cli.consent import consented, nothing_changed
from kubectl_sharedip.cli.failures import Exit, Unread
from kubectl_sharedip.cli.output import (
    arranged,
    print_document,
    say,
    wants_document,
)
from kubectl_sharedip.cli.reading import read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.undo_asked import Asked, UndoRequest
from kubectl_sharedip.cli.undo_list import list_runs
from kubectl_sharedip.cli.undo_marks import BY_HAND, mark, mark_what_was_undone, who_undid
from kubectl_sharedip.cli.undo_run import last_run, present, refuse_other_cluster
from kubectl_sharedip.cli.undo_shown import document_of, given_of, show
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.given import NO_EDITS, GivenPlan
from kubectl_sharedip.report.undo import Given

__all__ = ["UndoRequest", "run"]


@frozen
class _Tried:
    """One plan, shown and perhaps done. ``document`` None: there is none to print any more.

    ``again``: it was stale, and a person wants it planned anew.
    """

    status: int
    document: dict[str, Any] | None = None
    again: bool = False


def run(request: Request, wanted: UndoRequest) -> int:
    """Lists, or shows the plan and, with consent, does it. Returns the exit status of cli.md."""
    _refuse_what_contradicts(request, wanted)
    journals = read_journals(journal_folder(wanted.journal_dir))
    if wanted.listing:
        return list_runs(request, journals)
    tried = _Tried(status=Exit.NO_PLAN)
    try:
        tried = _try(request, wanted, journals)
        while tried.again:
            tried = _try(request, wanted, read_journals(journals.folder))
    except KeyboardInterrupt as interrupt:
        return nothing_changed(interrupt, more=tried.again)
    if wants_document(request) and tried.document is not None:
        with suppress(Unread):  # what was done stays done
            print_document(arranged(tried.document, request), request)
    return tried.status


def _try(request: Request, wanted: UndoRequest, journals: Journals) -> _Tried:
    """Plans, shows, and with consent does it. A KeyboardInterrupt says that nothing was changed."""
    named = pick(journals, wanted.plan) if wanted.plan is not None else None
    reading = read(request, ("namespaces",), [str(name) for name in named.record.before] if named else ())
    uid = cluster_uid(reading)
    if named is not None:
        refuse_other_cluster(named, uid, reading)
    found = named or last_run(journals, uid, resume=wanted.resume)
    over = _over(found, resume=wanted.resume)
    if over is not None:
        return _Tried(status=over)
    asked = Asked(
        request=request,
        wanted=wanted,
        reading=reading,
        journals=journals,
        found=found,
        present=present(reading, found.record),
        uid=uid,
    )
    return _resume(asked) if wanted.resume else _undo(asked)


def _refuse_what_contradicts(request: Request, wanted: UndoRequest) -> None:
    if request.files:
        raise click.UsageError("undo is about a cluster: -f is not for it.")
    if request.labels is not None:
        raise click.UsageError("a plan is taken back as a whole: -l is not for undo.")
    if request.show_labels and wanted.listing:
        raise click.UsageError("plans have no labels: --show-labels is not for --list.")
    if wanted.listing and (wanted.plan is not None or wanted.resume):
        raise click.UsageError("--list lists every plan: give neither PLAN nor --resume beside it.")
    of_one_kind = request.output in ("table", "text", "commands")
    if of_one_kind and (request.output == "table") != wanted.listing:
        raise click.UsageError(f"-o {request.output} is {'not ' if wanted.listing else ''}for --list.")


def _over(found: Found, *, resume: bool) -> int | None:
    """The exit status where nothing is left to be done for this run."""
    record = found.record
    if record.state == "undone":
        by = "hand" if record.undone == BY_HAND else f"plan {record.undone}"
        say([f"Plan {record.id} was taken back by {by} already; nothing was changed."])
        return Exit.NO_PLAN if resume else Exit.OK
    if resume and record.state == "done" and record.verified:
        say([f"Plan {record.id} is done and verified: there is nothing to finish."])
        return Exit.OK
    return None


def _undo(asked: Asked) -> _Tried:
    record, there = asked.found.record, asked.present
    plan = replace(NO_EDITS, stale=there.stale)
    if not there.stale:
        plan = plan_undo(record, asked.reading.views, there.bodies)
    plan = replace(plan, gone=there.gone)
    if not plan.edits and not plan.stale:
        say([f"Nothing of plan {record.id} is left to take back."])
        if asked.wanted.dry_run is None:
            mark(asked, asked.found, who_undid(asked))
        document = document_of(asked, plan, None)
        if not wants_document(asked.request):
            say(document["warnings"])
        return _Tried(status=Exit.OK, document=document)
    return _go(asked, plan, None)


def _resume(asked: Asked) -> _Tried:
    record, there = asked.found.record, asked.present
    if there.stale:
        return _go(asked, replace(NO_EDITS, stale=there.stale), None)
    rest = plan_rest(record, asked.reading.views, there.bodies)
    made = {place: there.bodies[record.edits[place].service] for place in rest.made}
    return _go(asked, rest.plan, Resumed(places=rest.left, made=made))


def _go(asked: Asked, plan: GivenPlan, resumed: Resumed | None) -> _Tried:
    """Shows the plan, asks, does it, and says what came of it."""
    wanted = asked.wanted
    given = given_of(asked, plan)
    reading = with_nodes(asked.reading, [given.way], asked.request.metallb_namespace)
    asked = replace(asked, reading=reading)
    document = document_of(asked, plan, None)
    awaits = given.feasible and not plan.edits
    acts = given.feasible and wanted.dry_run != "client" and not (awaits and wanted.dry_run)
    status = Exit.OK if given.feasible else Exit.NO_PLAN
    if awaits:
        say([f"Every edit of plan {given.run.id} is made; what MetalLB does is still to be seen."])
    elif not wants_document(asked.request):
        try:
            show(asked, plan, document)
        except Unread:
            return _Tried(status=Exit.NO_PLAN if acts else status)  # a plan that nobody saw is not done
    again = False
    if acts and (awaits or consented(target_text(asked.reading), yes=wanted.yes, dry_run=wanted.dry_run)):
        ended = do(asked.reading, _task(asked, given, document, resumed), wanted)
        with uninterrupted():
            mark_what_was_undone(asked, ended)
            document = document_of(asked, plan, ended.document)
        status, again = ended.status, ended.again
    elif acts:
        status = Exit.NO_PLAN
    return _Tried(status=status, document=document, again=again)


def _task(asked: Asked, given: Given, document: dict[str, Any], resumed: Resumed | None) -> Task:
    found = asked.found
    judged_only = asked.wanted.dry_run == "server"
    finished = resumed is not None and not judged_only
    return Task(
        way=given.way,
        relied_on=given.plan.relied_on,
        plan_id=document["id"],
        named=given.services,
        undoes=None if asked.wanted.resume else found.record.id,
        journal=Journal(found.path, read_journal(found.path)) if finished else None,
        resumed=resumed if finished else None,
        anew=typed(),
    )
