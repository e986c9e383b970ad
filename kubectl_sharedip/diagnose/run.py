"""All findings of one Service, in the order in which a person needs them."""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.diagnose import checks
from kubectl_sharedip.diagnose.assigned import assigned_findings
from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.handling import controller_down, not_handled
from kubectl_sharedip.diagnose.in_flight import last_change
from kubectl_sharedip.diagnose.pending import pending_findings
from kubectl_sharedip.diagnose.unread import without_pools
from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding, Skipped
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot

_ABSENT_IS_EMPTY = ("absent",)


def diagnose(snapshot: Snapshot, views: tuple[State, ...], service: Service) -> Diagnosis:
    """Everything that is found of this Service.

    Arguments: the snapshot; the view of each MetalLB in it (``metallb.installed.states``); the
    Service, which need not be handled by any. A finding whose inputs were not all read is not
    given; its check is listed as skipped.
    """
    unhandled = not_handled(service, tuple(view.installation for view in views))
    if unhandled is not None:
        return Diagnosis(service=service.name, findings=(unhandled,), skipped=())
    state = next(
        view for view in views if view.installation.lb_class == (service.load_balancer_class or None)
    )
    if not _known(snapshot, "ipaddresspools"):
        return without_pools(snapshot, state, service)
    view = View(snapshot=snapshot, state=state, service=service, outcome=decide(state, service))
    down = controller_down(state.installation) if view.pending else None
    if down is not None and isinstance(view.outcome, Assigned | OneOf):
        # Nothing but this stands in the way; that nothing wakes MetalLB would be beside the point.
        return Diagnosis(service=service.name, findings=(replace(down, decisive=True),), skipped=())
    if view.pending and isinstance(view.outcome, Assigned | OneOf):
        changed = last_change(snapshot, state)
        if changed is not None:
            note = Note(code="SIP904", values={"object": str(changed)})
            return Diagnosis(service=service.name, findings=(), skipped=(), notes=(note,))
    found = [
        *(pending_findings(view) if view.pending else assigned_findings(view)),
        *([] if down is None else [down]),
    ]
    given: list[Finding] = []
    skipped: list[Skipped] = []
    for check in checks.ALL:
        if check.concerns(view):
            unread = {code: _missing(view, code) for code in check.codes}
            skipped.extend(Skipped(code=code, resources=lacks) for code, lacks in unread.items() if lacks)
            given.extend(one for one in check.look(view) if not unread[one.code])
    for finding in found:
        missing = _missing(view, finding.code)
        # A rule at which MetalLB stops is named even so; that it stops at none rests on all of them.
        stops = finding.decisive and isinstance(view.outcome, Refused)
        if missing and not stops:
            skipped.append(Skipped(code=finding.code, resources=missing))
        else:
            given.append(replace(finding, certain=finding.certain and not missing))
    return Diagnosis(service=service.name, findings=_ordered(given), skipped=tuple(skipped))


def _missing(view: View, code: str) -> tuple[str, ...]:
    """What the row of the finding reads and nobody knows."""
    reads = CATALOGUE[code].reads
    return tuple(resource for resource in reads if not _enough(view.snapshot, view.state, resource))


def _known(snapshot: Snapshot, resource: str) -> bool:
    if snapshot.was_read(resource):
        return True
    return any(gap.resource == resource and gap.reason in _ABSENT_IS_EMPTY for gap in snapshot.not_read)


def _enough(snapshot: Snapshot, state: State, resource: str) -> bool:
    """Whether what is known of the resource suffices: Namespaces matter to selectors alone."""
    if resource != "namespaces" or _known(snapshot, resource):
        return _known(snapshot, resource)
    allocations = (pool.resource.allocation for pool in state.pools.by_name.values())
    return not any(allocation and allocation.namespace_selectors for allocation in allocations)


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Causes first, then the decisive one where it is none itself, then by weight and code."""
    weights = {"error": 0, "warning": 1, "info": 2}
    distinct = list(dict.fromkeys((f.code, f.holders, f.facts) for f in findings))
    first = {(f.code, f.holders, f.facts): f for f in reversed(findings)}
    kept = [first[key] for key in distinct]
    return tuple(
        sorted(
            kept,
            key=lambda f: (not f.cause, not f.decisive, weights[f.severity], f.code, f.holders),
        )
    )
