"""``undo``: takes a ``fix`` back, finishes one that was cut off, or lists what was done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import click

from kubectl_sharedip.apply.finishing import plan_rest
from kubectl_sharedip.apply.journal import Journal, read_journal
from kubectl_sharedip.apply.journal_record import JournalError
from kubectl_sharedip.apply.journals import Found, Journals, mark_undone, pick, read_journals
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.apply.undoing import plan_undo
from kubectl_sharedip.apply.wayback import as_commands
from kubectl_sharedip.cli.carry_out import Ended, Task, cluster_uid, do, journal_folder, target_text
from kubectl_sharedip.cli.consent import consented
from kubectl_sharedip.cli.failures import Exit, Unread
from kubectl_sharedip.cli.output import (
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
from kubectl_sharedip.cli.undo_list import list_runs
from kubectl_sharedip.cli.undo_run import Present, last_run, present, refuse_other_cluster
from kubectl_sharedip.model.given import NO_EDITS, GivenPlan
from kubectl_sharedip.model.results import Done, Unverified
from kubectl_sharedip.report.plan import PlanFor
from kubectl_sharedip.report.undo import Given, given_document, given_notes

#: What a journal says instead of the id of a plan, where a person took everything back.
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequest:
    """What ``undo`` was asked to do. ``plan`` None is the last plan of the cluster."""

    plan: str | None
    listing: bool
    resume: bool
    yes: bool
    dry_run: str | None  # client, server
    timeout_s: float | None
    journal_dir: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What all steps need: the request, the reading, the run that is meant, and its Services now."""

    request: Request
    wanted: UndoRequest
    reading: Reading
    journals: Journals
    found: Found
    present: Present
    uid: str | None


def run(request: Request, wanted: UndoRequest) -> int:
    """Lists, or shows the plan and, with consent, does it. Returns the exit status of cli.md."""
    _refuse_what_contradicts(request, wanted)
    journals = read_journals(journal_folder(wanted.journal_dir))
    if wanted.listing:
        return list_runs(request, journals)
    named = pick(journals, wanted.plan) if wanted.plan is not None else None
    reading = read(request, ("namespaces",), [str(name) for name in named.record.before] if named else ())
    uid = cluster_uid(reading)
    if named is not None:
        refuse_other_cluster(named, uid, reading)
    found = named or last_run(journals, uid, resume=wanted.resume)
    over = _over(found, resume=wanted.resume)
    if over is not None:
        return over
    asked = _Asked(
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


def _undo(asked: _Asked) -> int:
    record, there = asked.found.record, asked.present
    plan = replace(NO_EDITS, stale=there.stale)
    if not there.stale:
        plan = plan_undo(record, asked.reading.views, there.bodies)
    plan = replace(plan, gone=there.gone)
    if not plan.edits and not plan.stale:
        say([f"Nothing of plan {record.id} is left to take back."])
        if asked.wanted.dry_run is None:
            _mark(asked, asked.found, _who_undid(asked))
        return _answered(asked, _document(asked, plan, None), Exit.OK)
    return _go(asked, plan, None)


def _resume(asked: _Asked) -> int:
    record, there = asked.found.record, asked.present
    if there.stale:
        return _go(asked, replace(NO_EDITS, stale=there.stale), None)
    rest = plan_rest(record, asked.reading.views, there.bodies)
    made = {place: there.bodies[record.edits[place].service] for place in rest.made}
    return _go(asked, rest.plan, Resumed(places=rest.left, made=made))


def _go(asked: _Asked, plan: GivenPlan, resumed: Resumed | None) -> int:
    """Shows the plan, asks, does it, and says what came of it."""
    wanted = asked.wanted
    given = _given(asked, plan)
    document = _document(asked, plan, None)
    awaits = given.feasible and not plan.edits
    acts = given.feasible and wanted.dry_run != "client" and not (awaits and wanted.dry_run)
    status = Exit.OK if given.feasible else Exit.NO_PLAN
    if awaits:
        say([f"Every edit of plan {given.run.id} is made; what MetalLB does is still to be seen."])
    elif not wants_document(asked.request):
        try:
            _show(asked, plan, document)
        except Unread:
            return Exit.NO_PLAN if acts else status  # a plan that nobody saw is not done
    if acts and (awaits or consented(target_text(asked.reading), yes=wanted.yes, dry_run=wanted.dry_run)):
        ended = do(asked.reading, _task(asked, given, document, resumed), wanted)
        _mark_what_was_undone(asked, ended)
        status, document = ended.status, _document(asked, plan, ended.document)
    elif acts:
        status = Exit.NO_PLAN
    if wants_document(asked.request):
        with suppress(Unread):  # what was done stays done
            print_answer(structured(document, asked.request))
    return status


def _task(asked: _Asked, given: Given, document: dict[str, Any], resumed: Resumed | None) -> Task:
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
    )


def _given(asked: _Asked, plan: GivenPlan) -> Given:
    record = asked.found.record
    return Given(
        run=asked.found.entry,
        plan=plan,
        services=record.named or tuple(sorted(record.before)),
        finishes=asked.wanted.resume,
    )


def _document(asked: _Asked, plan: GivenPlan, result: dict[str, Any] | None) -> dict[str, Any]:
    context = PlanFor(
        uid=asked.uid,
        diagnoses={},
        same_key={},
        notes=(*asked.reading.notes, *given_notes(plan)),
        result=result,
    )
    reading = asked.reading
    return given_document(reading.snapshot, asked.present.state, _given(asked, plan), context, reading.flags)


def _show(asked: _Asked, plan: GivenPlan, document: dict[str, Any]) -> None:
    """The plan as text, or its edits as kubectl lines, to stdout. Raises Unread."""
    from kubectl_sharedip.render.plan import plan_text

    target = target_text(asked.reading)
    if asked.request.output == "commands" and plan.edits:
        lines = as_commands(plan.edits, flags=asked.reading.flags.kubectl)
        print_answer("".join(f"{line}\n" for line in lines))
    else:
        text = plan_text(document, target=target, width=width(), style=style_of(asked.request))
        print_answer(text)
    print_notes(document)


def _answered(asked: _Asked, document: dict[str, Any], status: Exit) -> int:
    if wants_document(asked.request):
        with suppress(Unread):
            print_answer(structured(document, asked.request))
    else:
        say(document["warnings"])
    return status


def _mark_what_was_undone(asked: _Asked, ended: Ended) -> None:
    """Notes in the journal of the first plan that it is taken back, once every edit of that is made."""
    taken_back = isinstance(ended.result, Done) or (
        isinstance(ended.result, Unverified) and not ended.result.reverted
    )
    if ended.journal is not None and ended.journal.entry.undoes is not None and taken_back:
        with suppress(JournalError):  # a journal that was removed meanwhile
            _mark(asked, pick(asked.journals, ended.journal.entry.undoes), ended.journal.id)


def _who_undid(asked: _Asked) -> str:
    """The plan that took this one back and was cut off before that was noted, else a person."""
    later = (found.record for found in asked.journals.found)
    found = next((one for one in later if one.undoes == asked.found.record.id and one.state == "done"), None)
    return found.id if found is not None else BY_HAND


def _mark(asked: _Asked, found: Found, by: str) -> None:
    try:
        mark_undone(asked.journals, found, by)
    except JournalError as error:  # what was done stays done; the next undo finds that nothing is left
        say([f"That plan {found.record.id} was taken back could not be noted: {error.where}: {error.what}"])
