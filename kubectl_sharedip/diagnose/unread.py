"""What can still be said where the pools could not be read: who holds a requested address."""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.sharing import conflict_findings
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding, Skipped
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot


def without_pools(snapshot: Snapshot, state: State, service: Service) -> Diagnosis:
    """The conflicts on the addresses that it asks for; all that needs pools is skipped."""
    findings: list[Finding] = []
    request = requested(service, state.version)
    if isinstance(request, Request) and not any(entry.ip for entry in service.ingress):
        asked = (request.fact,) if request.fact else ()
        for address in request.addresses:
            conflict = conflict_on(state, address, service)
            if conflict is not None:
                findings.extend(conflict_findings(state, service, conflict, asked))
    # A fault of the pools would come before: with them unread it cannot be ruled out.
    first = [replace(finding, decisive=True, certain=False) for finding in findings[:1]]
    skipped = tuple(
        Skipped(code=entry.code, resources=tuple(r for r in entry.reads if not snapshot.was_read(r)))
        for entry in CATALOGUE.values()
        if "ipaddresspools" in entry.reads
    )
    return Diagnosis(service=service.name, findings=(*first, *findings[1:]), skipped=skipped)
