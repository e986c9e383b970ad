"""``fix``: the smallest safe edits that give a Service an address, shown, then done after consent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from kubectl_sharedip.cli.carry_out import carry_out, cluster_uid, target_text
from kubectl_sharedip.cli.consent import ask_for_leave, confirmed, on_terminal
from kubectl_sharedip.cli.failures import Exit, Unread
from kubectl_sharedip.cli.naming import resolve
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
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.model.plan import Allowance, Goal, Plan
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.make import make_plan, no_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from kubectl_sharedip.report.plan import PlanFor, plan_document


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRequest:
    """What ``fix`` was asked to do. ``timeout_s`` None is the default for the cluster's size."""

    service: str
    share_with: str | None
    allowed: tuple[Allowance, ...]
    yes: bool
    dry_run: str | None  # client, server
    timeout_s: float | None
    journal_dir: str | None


def run(request: Request, wanted: FixRequest) -> int:
    """Shows the plan and, with consent, does it. Returns the exit status of cli.md."""
    reading = read(request, ("namespaces",), [wanted.service])
    names = [wanted.service, *([wanted.share_with] if wanted.share_with else [])]
    services, unknown = resolve(reading, names)
    if unknown:
        raise unknown[0]
    if len(services) < len(names):
        raise click.UsageError(f"--share-with {wanted.share_with}: it cannot share with itself.")
    goal = Goal(service=services[0].name, share_with=services[1].name if len(services) > 1 else None)
    plan = _plan(reading, services[0], goal, wanted.allowed)
    if plan.chosen is None and wanted.dry_run is None and not wanted.yes and reading.connection:
        leave = ask_for_leave(plan)
        if leave:
            plan = _plan(reading, services[0], goal, (*wanted.allowed, *leave))
    document = _document(reading, services[0], plan, None)
    acts = bool(plan.chosen and plan.chosen.edits and reading.connection) and wanted.dry_run != "client"
    status = Exit.OK if plan.chosen is not None else Exit.NO_PLAN
    if not wants_document(request):
        try:
            _show(request, reading, document)
        except Unread:
            return Exit.NO_PLAN if acts else status  # a plan that nobody saw is not done
    if acts:
        status, result = _act(reading, plan, wanted)
        document = _document(reading, services[0], plan, result)
    if wants_document(request):
        with suppress(Unread):  # what was done stays done
            print_answer(structured(document, request))
    return status


def _plan(reading: Reading, service: Service, goal: Goal, allowed: Sequence[Allowance]) -> Plan:
    diagnosis = diagnose(reading.snapshot, reading.views, service)
    state = state_for(reading.views, service)
    if state is None:
        return no_plan(goal, diagnosis.findings[0].code)
    code = blocking_code(state, service, diagnosis)
    if code is not None:
        return no_plan(goal, code)
    return make_plan(state, goal, allowed, unseen=unseen(reading.snapshot))


def _document(
    reading: Reading, service: Service, plan: Plan, result: dict[str, Any] | None
) -> dict[str, Any]:
    diagnosis = diagnose(reading.snapshot, reading.views, service)
    context = PlanFor(
        uid=cluster_uid(reading),
        diagnoses={service.name: diagnosis},
        same_key={},
        notes=reading.notes,
        result=result,
    )
    state = state_for(reading.views, service)
    return plan_document(reading.snapshot, state, [plan], context, reading.flags)


def _show(request: Request, reading: Reading, document: dict[str, Any]) -> None:
    from kubectl_sharedip.render.plan import plan_text

    text = plan_text(document, target=target_text(reading), width=width(), style=style_of(request))
    print_answer(text)
    print_notes(document)


def _act(reading: Reading, plan: Plan, wanted: FixRequest) -> tuple[Exit, dict[str, Any] | None]:
    """Does the plan, where there is consent for it."""
    if wanted.dry_run != "server" and not wanted.yes:
        if not on_terminal():
            say(["Nothing was changed: without a terminal, --yes is the consent."])
            return Exit.NO_PLAN, None
        if not confirmed(target_text(reading)):
            say(["Nothing was changed."])
            return Exit.NO_PLAN, None
    return carry_out(reading, plan, wanted)
