"""The answer of ``why``: what is found of some Services, what would help, and whose they are.

The plans of many Services share their costliest part, so they are made together. It refuses to print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from kubectl_sharedip.cli.announced_after import advertisements
from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.item_forms import Labels, service_labels
from kubectl_sharedip.cli.naming import (
    in_scope,
    nothing_pending,
    pending,
    refuse_names_beside_labels,
    refuse_what_is_no_name,
    resolve,
)
from kubectl_sharedip.cli.output import arranged
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.diagnose.run import diagnose, with_owners
from kubectl_sharedip.diagnose.sitting import why_here
from kubectl_sharedip.diagnose.view import Check
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from kubectl_sharedip.plan.rewrites import Rewrites, rewrites_of
from kubectl_sharedip.report.diagnosis import Answer, diagnosis_list
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.remedies import remedies_of

_READS = (
    "events",
    "namespaces",
    "configurationstates",
    "servicelb-daemonsets",
    "l2advertisements",
    "bgpadvertisements",
)
_Waiting = Callable[[int], frozenset[ServiceName]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer, with the errors for names that nobody has. ``empty`` is said where there is none."""

    document: Document
    labels: Labels
    unknown: tuple[InputError, ...]
    empty: Sequence[str]


def told_of(request: Request, names: Sequence[str], *, habits_too: bool, all_events: bool) -> Told:
    """Reads, and answers for these names, or for every Pending Service in scope.

    ``habits_too`` tells what is bad style only; with ``all_events`` events are not MetalLB's alone.
    Raises click.UsageError for what is no name; FileError, ClusterError where nothing can be read.
    """
    refuse_what_is_no_name(names)
    refuse_names_beside_labels(request, names)
    reading = read(request, _READS, names)
    services, unknown = resolve(reading, names)
    if not names:
        services = list(pending(in_scope(reading)))
    with waiting("Working out what helps"):
        answers = answers_of(reading, services, habits(USUAL) if habits_too else ())
    notes = (*reading.notes, *(note for answer in answers for note in answer.diagnosis.notes))
    document = diagnosis_list(reading.snapshot, reading.views, answers, notes, all_events=all_events)
    return Told(
        document=arranged(document, request),
        labels=service_labels(request, reading),
        unknown=tuple(unknown),
        empty=nothing_pending(reading),
    )


def answers_of(reading: Reading, services: Iterable[Service], beside: tuple[Check, ...] = ()) -> list[Answer]:
    """An answer for each Service, sorted by name; ``beside`` are checks to make too."""
    # One sweep over a MetalLB's Services serves the plans of all of them.
    waiting = cache(lambda place: unrested(reading.views[place]))
    return [_answer(reading, service, waiting, beside) for service in sorted(services, key=lambda s: s.name)]


def _answer(reading: Reading, service: Service, waiting: _Waiting, beside: tuple[Check, ...]) -> Answer:
    state = state_for(reading.views, service)
    outcome = decide(state, service) if state is not None else None
    diagnosis = diagnose(reading.snapshot, reading.views, service, outcome, beside=beside)
    plan = _plan(reading, service, diagnosis, waiting)
    rewrites = _rewrites(reading, service, diagnosis, waiting)
    diagnosis = with_owners(diagnosis, plan, reading.snapshot.services, by_hand=bool(rewrites))
    return Answer(
        service=service,
        diagnosis=diagnosis,
        remedies=remedies_of(
            diagnosis,
            plan,
            reading.flags,
            state=state,
            waits=service in pending([service]),
            rewrites=rewrites,
        ),
        foretold=outcome.event if isinstance(outcome, Refused | Assigned) else None,
        predicted=service.name in reading.prediction.new,
        sits=why_here(state, service, outcome) if state is not None else None,
    )


def _plan(reading: Reading, service: Service, diagnosis: Diagnosis, waiting: _Waiting) -> Plan | None:
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
        announcing=advertisements(reading),
    )


def _rewrites(reading: Reading, service: Service, diagnosis: Diagnosis, waiting: _Waiting) -> Rewrites:
    """What may be written into the Service by hand; nothing where no MetalLB handles it."""
    state = state_for(reading.views, service)
    if state is None:
        return ()
    place = reading.views.index(state)
    return rewrites_of(state, service, diagnosis, lambda: waiting(place), unseen=unseen(reading.snapshot))
