"""SIP502: MetalLB's last event is from another time, and whoever reads it is led astray."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.said import (
    allocation_events,
    event_fact,
    has_a_past,
    named_addresses,
    nothing_said,
    reason_in,
    same_text,
)
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import address_fact
from kubectl_sharedip.metallb.outcomes import Assigned, NotHandled, OneOf, Refused
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.finding import Finding


def _outdated(view: View) -> Iterator[Finding]:
    # A ClearAssignment tells what was done, not how things are: it does not age.
    said = [e for e in allocation_events(view.snapshot, view.service) if e.reason != "ClearAssignment"]
    if not said or view.state.blind:
        return
    last = said[-1]
    now = _pending_now(view, last) if view.pending else _assigned_now(view, last)
    if now is None:
        return
    foretold = view.outcome.event if isinstance(view.outcome, Refused) else None
    yield found(
        "SIP502",
        {
            "said": reason_in(last.message),
            "at": last.last_seen or "",
            "now": now,
            "addresses": tuple(map(str, view.held)),
            "foretold": reason_in(foretold.message) if foretold else "",
        },
        facts=(event_fact(last), address_fact(view.service)),
    )


def _pending_now(view: View, last: Event) -> str | None:
    """What holds instead of the last event for a Service without an address, or None."""
    if last.reason == "IPAllocated":
        return "has-none"
    if isinstance(view.outcome, Assigned | OneOf):
        return "would-be-assigned"
    if isinstance(view.outcome, NotHandled) or view.outcome.event is None:
        return None  # MetalLB would say nothing, so its last word stands
    if last.reason != view.outcome.event.reason:
        return "says-otherwise"
    # The wording depends on the version: where that is not known, another one proves nothing.
    exact = view.state.installation.exact
    return "says-otherwise" if exact and not same_text(last.message, view.outcome.event.message) else None


def _assigned_now(view: View, last: Event) -> str | None:
    """The same for one that has an address."""
    if last.reason == "AllocationFailed":
        return "has-address"
    if last.reason == "LoadBalancerFailed":
        complained = isinstance(view.outcome, Assigned) and view.outcome.complaint is not None
        return None if complained else "has-address"
    gone = set(named_addresses(last.message)) - set(view.held)
    return "has-address" if gone else None


CHECKS = (Check(codes=("SIP502",), look=_outdated, arises=has_a_past, nowhere=nothing_said),)
