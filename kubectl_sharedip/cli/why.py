"""``why``: why a Service is Pending, or sits where it sits, proven from fields that can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from kubectl_sharedip.cli.failures import Exit, report
from kubectl_sharedip.cli.naming import in_scope, pending, resolve
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
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from kubectl_sharedip.report.diagnosis import Answer, diagnosis_list
from kubectl_sharedip.report.remedies import remedies_of

Waiting = Callable[[int], frozenset[ServiceName]]


def run(request: Request, names: Sequence[str]) -> int:
    """Prints the reason for each named Service, or for every Pending one in scope.

    Returns 0, or 3 where a name is not known (the others are still answered).
    """
    reading = read(request, ("events", "namespaces"), names)
    services, unknown = resolve(reading, names)
    if not names:
        services = list(pending(in_scope(reading)))
    elif not services:
        for error in unknown:
            report(error)
        return Exit.NO_INPUT
    # One sweep over a MetalLB's Services serves the plans of all of them.
    waiting = cache(lambda place: unrested(reading.views[place]))
    answers = [_answer(reading, service, waiting) for service in sorted(services, key=lambda s: s.name)]
    notes = (*reading.notes, *(note for answer in answers for note in answer.diagnosis.notes))
    document = diagnosis_list(reading.snapshot, reading.views, answers, notes)
    if wants_document(request):
        print_answer(structured(document, request))
    else:
        from kubectl_sharedip.render.diagnosis import diagnosis_text

        print_answer(diagnosis_text(document, width=width(), style=style_of(request)))
        print_notes(document)
        if not names and not answers:
            say([_nothing(reading)])
    for error in unknown:
        report(error)
    return Exit.NO_INPUT if unknown else Exit.OK


def _answer(reading: Reading, service: Service, waiting: Waiting) -> Answer:
    state = state_for(reading.views, service)
    outcome = decide(state, service) if state is not None else None
    diagnosis = diagnose(reading.snapshot, reading.views, service)
    plan = _plan(reading, service, diagnosis, waiting)
    return Answer(
        service=service,
        diagnosis=diagnosis,
        remedies=remedies_of(diagnosis, plan, reading.flags),
        foretold=outcome.event if isinstance(outcome, Refused) else None,
        predicted=service.name in reading.prediction.new,
    )


def _plan(reading: Reading, service: Service, diagnosis: Diagnosis, waiting: Waiting) -> Plan | None:
    """The ways that would help a Pending Service, each simulated; None where no edit of it can."""
    state = state_for(reading.views, service)
    if state is None or service not in pending([service]) or blocking_code(state, service, diagnosis):
        return None
    return make_plan(
        state,
        Goal(service=service.name),
        (),
        unseen=unseen(reading.snapshot),
        waiting=waiting(reading.views.index(state)),
    )


def _nothing(reading: Reading) -> str:
    waiting = len(pending(reading.snapshot.services.values()))
    if reading.scope is None:
        return "Nothing is Pending."
    elsewhere = f" {waiting} Pending in other namespaces: -A" if waiting else ""
    return f"Nothing is Pending in namespace {reading.scope}.{elsewhere}"
