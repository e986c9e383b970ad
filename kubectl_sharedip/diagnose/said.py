"""What MetalLB's own events say of a Service: evidence with an age, never the answer."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from itertools import islice

from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.outcomes import ForetoldEvent
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

CONTROLLER = "metallb-controller"

_ALLOCATION_REASONS = (
    "AllocationFailed",
    "IPAllocated",
    "ClearAssignment",
    "LoadBalancerFailed",
    "not enough clusterips",
    "svcCannotShareKey",
)
_COMBINED = "(combined from similar events): "
# 0.13.0 to 0.13.7 say besides that the Services cannot share a key, which tells nothing more.
_IN_USE_BY = re.compile(r"(address also in use by )(\S+?)(?:: services can't share key)?$")
_BEFORE_REASON = re.compile(
    r'^(Failed to allocate IP for "[^"]*": '
    r'|current IP for "[^"]*" not allowed by config, will attempt for new IP assignment: )'
)
_QUOTED = re.compile(r'"([^"]*)"')


def has_a_past(view: View) -> bool:
    """Whether there can be events of the Service: not of one that is not applied yet."""
    return view.service.uid is not None


def nothing_said(snapshot: Snapshot, state: State) -> bool:
    """Whether there is no event of anybody."""
    return not snapshot.events


def allocation_events(snapshot: Snapshot, service: Service) -> tuple[Event, ...]:
    """What MetalLB said of its addresses, the newest last.

    Events outlive their object: those of an earlier Service of that name are left out.
    """
    if not snapshot.events:
        return ()
    return tuple(
        event
        for event in _events_of(snapshot, service)
        if event.component == CONTROLLER
        and event.reason in _ALLOCATION_REASONS
        and (not event.service_uid or not service.uid or event.service_uid == service.uid)
    )


def _events_of(snapshot: Snapshot, service: Service) -> Iterator[Event]:
    """Those of one Service among all, which are sorted by Service."""
    first = bisect_left(snapshot.events, service.name, key=lambda event: event.service)
    for event in islice(snapshot.events, first, None):
        if event.service != service.name:
            return
        yield event


def agrees(event: Event, foretold: ForetoldEvent | None, held: Collection[Address]) -> bool | None:
    """Whether the event says what the rules give now; None where it is not about allocation.

    ``foretold`` is what MetalLB would say at its next look, ``held`` what the Service has.
    """
    if event.reason not in _ALLOCATION_REASONS:
        return None
    if event.reason == "IPAllocated":
        given = named_addresses(event.message)
        return bool(given) and set(given) <= set(held)
    if foretold is None:
        return False
    return event.reason == foretold.reason and same_text(event.message, foretold.message)


def same_text(left: str, right: str) -> bool:
    """Whether two texts of MetalLB are the same, the order of holders aside, which is random."""
    return _sorted_holders(left) == _sorted_holders(right)


def reason_in(message: str) -> str:
    """Why, in a text that says of which Service before; another text as it is."""
    return _BEFORE_REASON.sub("", message.removeprefix(_COMBINED))


def named_addresses(text: str) -> tuple[Address, ...]:
    """The addresses that stand in quotes in a text of MetalLB, in its order, each once."""
    found = (parse_address(quoted) for quoted in _QUOTED.findall(text))
    return tuple(dict.fromkeys(address for address in found if address is not None))


def event_fact(event: Event) -> Fact:
    """The text of an event, as a field of its object."""
    namespace, name = event.service
    return Fact(
        object=ObjectRef("Event", namespace, event.name or f"{name} ({event.reason})"),
        field="message",
        value=event.message,
    )


def _sorted_holders(text: str) -> str:
    return _IN_USE_BY.sub(
        lambda found: found[1] + ",".join(sorted(found[2].split(","))), text.removeprefix(_COMBINED)
    )
