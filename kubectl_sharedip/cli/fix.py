"""``fix``: the smallest safe edits that give Services an address, shown, then done after consent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from kubectl_sharedip.cli.again import typed
from kubectl_sharedip.cli.announced_plan import with_nodes
from kubectl_sharedip.cli.carry_out import Ended, Task, do, target_text
from kubectl_sharedip.cli.consent import ask_for_leave, consented, nothing_changed
from kubectl_sharedip.cli.failures import Exit, InputError, Unread, report
from kubectl_sharedip.cli.goals import GoalFlags, goals_of, refuse_contradictions
from kubectl_sharedip.cli.naming import (
    in_scope,
    nothing_pending,
    pending,
    refuse_names_beside_labels,
    refuse_what_is_no_name,
    resolve,
)
from kubectl_sharedip.cli.output import (
    NO_COLOUR,
    arranged,
    print_answer,
    print_document,
    print_exactly,
    print_notes,
    say,
    say_as_it_is,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.plan_forms import plan_form
from kubectl_sharedip.cli.planning import Planned, document_of, planned
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.shell import shell_word

#: What a plan is made of, beside what every command reads.
READS = ("namespaces", "l2advertisements", "bgpadvertisements")


@frozen
class FixRequest:
    """What ``fix`` was asked to do. ``timeout_s`` None is the default for the cluster's size.

    ``names`` empty: every Pending Service in scope. ``plan`` is the file of a saved plan.
    """

    names: tuple[str, ...]
    goal: GoalFlags
    allowed: tuple[Allowance, ...]
    every: bool
    plan: str | None
    yes: bool
    dry_run: str | None  # client, server
    timeout_s: float | None
    journal_dir: str | None


@frozen
class _Tried:
    """One plan, shown and perhaps done; ``again``: it was stale, and a person wants it planned anew."""

    status: Exit
    document: dict[str, Any]
    again: bool


def run(request: Request, wanted: FixRequest) -> int:
    """Shows the plan and, with consent, does it. Returns the exit status of cli.md."""
    _refuse(wanted)
    refuse_names_beside_labels(request, wanted.names)
    if request.output == "diff" and not request.files:
        raise click.UsageError("-o diff is for manifests: give them with -f.")
    tried: _Tried | None = None
    try:
        while tried is None or tried.again:
            tried = _try(request, wanted)
    except KeyboardInterrupt as interrupt:
        return nothing_changed(interrupt, more=tried is not None)
    if wants_document(request):
        with suppress(Unread):  # what was done stays done
            print_document(tried.document, request)
    return tried.status


def _try(request: Request, wanted: FixRequest) -> _Tried:
    """Plans, shows, and with consent does it. A KeyboardInterrupt says that nothing was changed."""
    if wanted.plan is not None:
        from kubectl_sharedip.cli.saved_plan import saved

        reading = read(request, READS)
        return _shown_and_done(request, reading, saved(reading, wanted.plan), wanted, ())
    partner_name = [wanted.goal.share_with] if wanted.goal.share_with is not None else []
    reading = read(request, READS, [*wanted.names, *partner_name])
    services, unknown = resolve(reading, wanted.names)
    partners, unknown_partner = resolve(reading, partner_name)
    if unknown_partner or (unknown and not services):
        raise [*unknown_partner, *unknown][0]
    if not wanted.names:
        services = sorted(pending(in_scope(reading)), key=lambda service: service.name)
    if not services:
        say(nothing_pending(reading))
    goals = goals_of(services, partners[0] if partners else None, wanted.goal)
    with waiting("Working out a plan"):
        made = planned(reading, goals, wanted.allowed)
    leave = _leave(reading, made, wanted)
    if leave:
        with waiting("Working out a plan"):
            made = planned(reading, goals, (*wanted.allowed, *leave))
    with waiting("Reading who announces"):
        reading = with_nodes(reading, made.ways, request.metallb_namespace)
    return _shown_and_done(request, reading, made, wanted, unknown)


def _shown_and_done(
    request: Request, reading: Reading, made: Planned, wanted: FixRequest, unknown: Sequence[InputError]
) -> _Tried:
    document = arranged(made.document or document_of(reading, made, None), request)
    # Where a name is wrong nobody knows what else was meant: then nothing is done.
    acts = bool(made.way and reading.connection) and wanted.dry_run != "client" and not unknown
    status = Exit.OK if made.feasible else Exit.NO_PLAN
    if not wants_document(request):
        try:
            if request.output == "diff":
                show_diff(request, reading, made, document)
            else:
                show(request, reading, document)
        except Unread:
            status = Exit.NO_PLAN if acts else status  # a plan that nobody saw is not done
            return _Tried(status=status, document=document, again=False)
    again = False
    for error in unknown:
        report(error)
    if acts:
        ended = _act(reading, made, wanted, document)
        document, again = {**document, "result": ended.document}, ended.again
        status = status if ended.status == Exit.OK else ended.status
    return _Tried(status=Exit.NO_INPUT if unknown else status, document=document, again=again)


def _refuse(wanted: FixRequest) -> None:
    """Raises click.UsageError for flags that contradict each other; no cluster is asked."""
    if wanted.plan is not None:
        also = [*wanted.names, *wanted.goal.given, *(["--key"] if wanted.goal.key else [])]
        also += [*(["--all"] if wanted.every else []), *(["--allow"] if wanted.allowed else [])]
        if also:
            raise click.UsageError(f"--plan does what the file says: leave out {also[0]}.")
        return
    refuse_contradictions(wanted.goal, wanted.names)
    refuse_what_is_no_name([*wanted.names, *filter(None, [wanted.goal.share_with])])
    if wanted.every and wanted.names:
        raise click.UsageError("--all is for every Pending Service: name Services, or give --all.")
    if wanted.yes and not (wanted.names or wanted.every):
        raise click.UsageError("--yes without a Service needs --all: it edits every Pending one in scope.")


def _leave(reading: Reading, made: Planned, wanted: FixRequest) -> tuple[Allowance, ...]:
    """The leave that a person gives at the terminal, for the one Service that was named."""
    asks = len(made.plans) == 1 and wanted.dry_run is None and not wanted.yes and reading.connection
    if not asks or made.plans[0].chosen is not None:
        return ()
    return ask_for_leave(made.plans[0])


def show(request: Request, reading: Reading, document: dict[str, Any]) -> None:
    """The plan as text or as kubectl lines to stdout, its notes to stderr. Raises Unread."""
    from kubectl_sharedip.render.plan import plan_text

    target = target_text(reading)
    if request.output == "commands":
        from kubectl_sharedip.report.plan_commands import plan_commands

        print_answer("".join(f"{line}\n" for line in plan_commands(document, reading.flags)))
        _say_what_is_left(request, document, target)
    elif (text := plan_form(request, reading, document)) is not None:
        print_answer(text)
        say_as_it_is(plan_text(document, target=target, width=width(), style=NO_COLOUR).splitlines())
    else:
        print_answer(plan_text(document, target=target, width=width(), style=style_of(request)))
    print_notes(document)


def show_diff(request: Request, reading: Reading, made: Planned, document: dict[str, Any]) -> None:
    """The plan as a diff of the manifests to stdout, all else to stderr. Raises Unread."""
    from kubectl_sharedip.cli.manifest_diff import manifest_diff

    found = manifest_diff(reading, made.way.edits if made.way is not None else ())
    print_exactly(found.diff)
    if found.folder is not None:
        say_as_it_is([f"The paths are those of {found.folder}: git -C {shell_word(str(found.folder))} apply"])
    say_as_it_is(found.by_hand)
    if made.feasible and not document["edits"]:
        say(["Nothing to do."])
    _say_what_is_left(request, document, target_text(reading))
    print_notes(document)


def _say_what_is_left(request: Request, document: dict[str, Any], target: str) -> None:
    """Where a Service has no plan: why, and what would do."""
    if not all(item["feasible"] for item in document["items"]):
        from kubectl_sharedip.render.plan import plan_text

        left = {**document, "edits": [], "effects": [], "losses": []}
        say(plan_text(left, target=target, width=None, style=style_of(request)).splitlines())


def _act(reading: Reading, made: Planned, wanted: FixRequest, document: dict[str, Any]) -> Ended:
    """Does the plan, where there is consent for it."""
    if made.way is None or not consented(target_text(reading), yes=wanted.yes, dry_run=wanted.dry_run):
        return Ended(status=Exit.NO_PLAN)
    task = Task(
        way=made.way,
        relied_on=made.relied_on,
        plan_id=document["id"],
        named=tuple(plan.goal.service for plan in made.plans),
        anew=typed() if wanted.plan is None else None,
    )
    return do(reading, task, wanted)
