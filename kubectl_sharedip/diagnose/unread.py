"""What can still be said where the pools could not be read.

Who holds a requested address, and how the Service says what it asks for. What MetalLB would do with
it is not decided, so no check is asked that looks at that.
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.diagnose import checks, spelling
from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.reads import checked, missing_for
from kubectl_sharedip.diagnose.sharing import conflict_findings
from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.refusals import Unexplained
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.model.finding import Diagnosis, Finding, Skipped

UNDECIDED = Refused(refusal=Unexplained(facts=(), text=""), event=None)


def without_pools(view: View) -> Diagnosis:
    """The findings that need no pools; every other one that may arise is listed as skipped."""
    held = list(_held(view)) if view.pending else []
    # A fault of the pools would come before: with them unread it cannot be ruled out.
    first = [replace(finding, decisive=True, certain=False) for finding in held[:1]]
    given, _ = checked(view, spelling.CHECKS)
    findings = (*first, *held[1:], *(one for one in given if not one.cause))
    return Diagnosis(service=view.service.name, findings=findings, skipped=tuple(_skipped(view)))


def _held(view: View) -> list[Finding]:
    request = requested(view.service, view.state.version)
    findings: list[Finding] = []
    for address in request.addresses if isinstance(request, Request) else ():
        conflict = conflict_on(view.state, address, view.service)
        if conflict is not None:
            asked = (request.fact,) if isinstance(request, Request) and request.fact else ()
            findings.extend(conflict_findings(view.state, view.service, conflict, asked))
    return findings


def _skipped(view: View) -> list[Skipped]:
    """What needs the pools, or something else that is not known, in the order of the catalogue."""
    by_checks = {code for check in checks.ALL for code in check.codes}
    asked = {code for check in checks.ALL if check.concerns(view) for code in check.codes}
    unasked = {code for check in checks.ALL if check not in spelling.CHECKS for code in check.codes}
    return [
        Skipped(code=code, resources=missing or ("ipaddresspools",))
        for code, row in CATALOGUE.items()
        if code in asked or code not in by_checks
        for missing in [missing_for(view, code)]
        if "ipaddresspools" in row.reads or (missing and code in asked) or code in asked & unasked
    ]
