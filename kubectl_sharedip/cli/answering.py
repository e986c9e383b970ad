"""The answer of ``why``: what is found of some Services, what would help, and whose they are.

It refuses to print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.helping import Help, help_on
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
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.diagnose.sitting import why_here
from kubectl_sharedip.diagnose.view import Check
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.report.diagnosis import Answer, diagnosis_list
from kubectl_sharedip.report.envelope import Document

_READS = (
    "events",
    "namespaces",
    "configurationstates",
    "servicelb-daemonsets",
    "l2advertisements",
    "bgpadvertisements",
)


@frozen
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
    helped = help_on(reading.snapshot, reading.views, reading.flags)
    return [_answer(reading, service, helped, beside) for service in sorted(services, key=lambda s: s.name)]


def _answer(reading: Reading, service: Service, helped: Help, beside: tuple[Check, ...]) -> Answer:
    state = state_for(reading.views, service)
    outcome = decide(state, service) if state is not None else None
    found = diagnose(reading.snapshot, reading.views, service, outcome, beside=beside)
    diagnosis, remedies = helped(service, found)
    return Answer(
        service=service,
        diagnosis=diagnosis,
        remedies=remedies,
        foretold=outcome.event if isinstance(outcome, Refused | Assigned) else None,
        predicted=service.name in reading.prediction.new,
        sits=why_here(state, service, outcome) if state is not None else None,
    )
