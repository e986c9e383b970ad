"""All that is known of some Services: what is found, what would help, and whose they are.

It refuses to print.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_sharedip.cli.helping import Help, help_on
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.diagnose.sitting import why_here
from kubectl_sharedip.diagnose.view import Check
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.report.diagnosis import Answer


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
