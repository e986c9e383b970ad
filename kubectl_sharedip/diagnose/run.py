"""All findings of one Service, in the order in which a person needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kubectl_sharedip.diagnose.handling import controller_down, not_handled
from kubectl_sharedip.diagnose.in_flight import last_change
from kubectl_sharedip.diagnose.pending import pending_findings
from kubectl_sharedip.diagnose.reads import checked, known, missing_for, rests_on_doubt, worth_asking
from kubectl_sharedip.diagnose.view import Check, view_of
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Outcome, Refused
from kubectl_sharedip.metallb.rest import plainly_resting, resting
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding, Skipped
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot

if TYPE_CHECKING:
    from kubectl_sharedip.model.plan import Edit, Plan, Way


def diagnose(
    snapshot: Snapshot,
    views: tuple[State, ...],
    service: Service,
    outcome: Outcome | None = None,
    *,
    beside: tuple[Check, ...] = (),
    many: bool = False,
    only_decisive: bool = False,
) -> Diagnosis:
    """Everything that is found of this Service.

    Arguments: the snapshot; the view of each MetalLB in it (``metallb.installed.states``); the
    Service, which need not be handled by any; what MetalLB would do with it now, where ``decide`` was
    asked already; checks to make beside those that are always made; whether many Services are asked
    about, so that it pays to look first at what there is nowhere in the cluster; whether the rule at which
    MetalLB stops is all that is wanted: no check is made then, unless it cannot be told without. A finding
    whose inputs were not all read is not given; its check is listed as skipped.
    """
    unhandled = not_handled(service, tuple([view.installation for view in views]))
    if unhandled is not None:
        return Diagnosis(service=service.name, findings=(unhandled,), skipped=())
    state = next(
        view for view in views if view.installation.lb_class == (service.load_balancer_class or None)
    )
    if not known(snapshot, "ipaddresspools"):
        from kubectl_sharedip.diagnose.unread import UNDECIDED, without_pools

        return without_pools(view_of(snapshot, state, service, UNDECIDED))
    rests = None if outcome else resting(state, service, plainly_resting(state) if many else None)
    outcome = outcome or rests or decide(state, service)
    view = view_of(snapshot, state, service, outcome, rests=rests is not None)
    down = controller_down(state.installation) if view.pending else None
    if down is not None and isinstance(view.outcome, Assigned | OneOf):
        # Nothing but this stands in the way; that nothing wakes MetalLB would be beside the point.
        return Diagnosis(service=service.name, findings=(replace(down, decisive=True),), skipped=())
    if view.pending and isinstance(view.outcome, Assigned | OneOf):
        changed = last_change(snapshot, state)
        if changed is not None:
            note = Note(code="SIP904", values={"object": str(changed)})
            return Diagnosis(service=service.name, findings=(), skipped=(), notes=(note,))
    if view.pending:
        found = [*pending_findings(view), *([] if down is None else [down])]
    else:
        from kubectl_sharedip.diagnose.assigned import assigned_findings

        found = [*assigned_findings(view)]
    given, skipped = list[Finding](), list[Skipped]()
    for finding in found:
        missing = missing_for(view, finding.code)
        # A rule at which MetalLB stops is named even so; that it stops at none rests on all of them.
        stops = finding.decisive and isinstance(view.outcome, Refused)
        if missing and not stops:
            skipped.append(Skipped(code=finding.code, resources=missing))
        else:
            doubt = bool(missing) or rests_on_doubt(view, finding.code)
            given.append(replace(finding, certain=finding.certain and not doubt))
    if not (only_decisive and any(finding.decisive for finding in given)):
        asked = _worth_asking(snapshot, state, beside) if many else _all(beside)
        more, not_made = checked(view, asked)
        given, skipped = [*more, *given], [*not_made, *skipped]
    return Diagnosis(service=service.name, findings=ordered(given), skipped=tuple(dict.fromkeys(skipped)))


@once
def _worth_asking(snapshot: Snapshot, state: State, beside: tuple[Check, ...]) -> tuple[Check, ...]:
    return worth_asking(snapshot, state, _all(beside))


def _all(beside: tuple[Check, ...]) -> tuple[Check, ...]:
    from kubectl_sharedip.diagnose import checks  # some twenty modules, which a start without them feels

    return (*checks.ALL, *beside)


def with_owners(
    diagnosis: Diagnosis,
    plan: Plan | None,
    services: Mapping[ServiceName, Service],
    *,
    by_hand: bool = False,
) -> Diagnosis:
    """The diagnosis with SIP702 and SIP704 for each Service that some remedy edits, once each.

    That somebody else has a Service in hand matters only to whoever is about to change it.
    These are those that some way of the plan edits, and with ``by_hand`` the diagnosed Service itself.
    An edit that only makes MetalLB look again does no harm where it is put back, and counts for none.
    """
    from kubectl_sharedip.diagnose.owners import behind

    ways = () if plan is None else (*([plan.chosen] if plan.chosen else []), *plan.ways)
    own = {diagnosis.service} if by_hand else set()
    edited = sorted({edit.service for edit in _lasting(ways)} | own)
    found = [finding for name in edited if name in services for finding in behind(services[name])]
    if not found:
        return diagnosis
    return replace(diagnosis, findings=ordered([*diagnosis.findings, *found]))


def _lasting(ways: Iterable[Way]) -> list[Edit]:
    return [edit for way in ways for edit in way.edits if not edit.wakes_only]


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Causes first, then the decisive one where it is none itself, then by weight and code."""
    if len(findings) < 2:
        return tuple(findings)
    weights = {"error": 0, "warning": 1, "info": 2}
    kept = findings
    if len({f.code for f in findings}) < len(findings):  # else no two of them say the same
        distinct = list(dict.fromkeys((f.code, f.holders, f.facts) for f in findings))
        first = {(f.code, f.holders, f.facts): f for f in reversed(findings)}
        kept = [first[key] for key in distinct]
    return tuple(
        sorted(
            kept,
            key=lambda f: (not f.cause, not f.decisive, weights[f.severity], f.code, f.holders),
        )
    )
