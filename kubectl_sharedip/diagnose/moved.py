"""SIP510: a Service that had another address, within the life of its events.

MetalLB tells it in events of type Normal, which whoever looks for warnings does not see. Refuses
to take a step that MetalLB did twice for a move: after a conflict it assigns anew within a second,
and the newest text may then name an address that the Service never had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kubectl_sharedip.diagnose.said import (
    allocation_events,
    event_fact,
    has_a_past,
    named_addresses,
    nothing_said,
    reason_in,
)
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import address_fact
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.service import Service

_AGAIN_S = 2  # less apart, and nothing taken away between: the same step, done again


def _moved(view: View) -> Iterator[Finding]:
    held = view.held
    events = allocation_events(view.snapshot, view.service)
    if not events or view.state.blind or _sits_where_it_asks(view, held):
        return
    change = _change(events, held)
    if change is None:
        return
    before, after, old = change
    holders = sorted({name for address in old for name in view.state.ledger.holders(address)})
    pools = [view.state.pools.containing(address) for address in old]
    old_now = "held" if holders else "free" if all(pools) else "gone"
    yield found(
        "SIP510",
        {
            "old": tuple(map(str, old)),
            "new": tuple(map(str, held)) or "",
            "at": after.last_seen or "",
            "old_now": old_now,
            "holders": tuple(map(str, holders)),
            "how": "seen",
        },
        facts=(event_fact(before), event_fact(after), address_fact(view.service)),
        holders=tuple(name for name in holders if name != view.service.name),
    )


def _sits_where_it_asks(view: View, held: tuple[Address, ...]) -> bool:
    """Whether it has what it asks for: then the move was what somebody wanted."""
    request = view.request
    return bool(held) and isinstance(request, Request) and set(request.addresses) == set(held)


def _change(
    events: Sequence[Event], held: tuple[Address, ...]
) -> tuple[Event, Event, tuple[Address, ...]] | None:
    """The event of the old address, the one of the change, and what was lost; None without proof."""
    if not events:
        return None
    last = events[-1]
    if not held:
        if last.reason not in ("AllocationFailed", "ClearAssignment"):
            return None
        place = len(events)
    else:
        given = [place for place, event in enumerate(events) if event.reason == "IPAllocated"]
        if not given or not set(_addresses(events[given[-1]])) <= set(held):
            return None
        place = given[-1]
        last = events[place]
    for earlier in range(place - 1, -1, -1):
        lost = tuple(address for address in _addresses(events[earlier]) if address not in held)
        if lost and _apart(events[earlier : place + 1], last):
            return events[earlier], last, lost
    return None


def _addresses(event: Event) -> tuple[Address, ...]:
    """The addresses that it was given, or that were taken from it, where the text names them."""
    if event.reason == "IPAllocated":
        return named_addresses(event.message)
    if event.reason == "ClearAssignment":
        return named_addresses(reason_in(event.message))
    return ()


def _apart(events: Sequence[Event], last: Event) -> bool:
    """Whether something was taken away between the first and the last, or time went by."""
    if any(event.reason != "IPAllocated" for event in events):
        return True
    try:
        times = [_time(event.last_seen or "") for event in (events[0], last)]
    except ValueError:
        return False
    return (times[1] - times[0]).total_seconds() >= _AGAIN_S


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def foretold_move(
    state: State, service: Service, had: tuple[Address, ...], lists: Sequence[tuple[Address, ...]]
) -> Finding | None:
    """The same before it happens: manifests cost the live Service an address that it shows.

    Arguments: the end of what is applied; the Service in it; what it shows today; each list that it
    may end with. None where it asks for what it then has, so that the move is meant.
    """
    held = status_addresses(service)
    request = requested(service, state.version)
    asked = request.addresses if isinstance(request, Request) else ()
    if held and set(asked) == set(held) != set(had):
        return None
    back = all(set(had) <= set(one) for one in lists)
    becomes = " or ".join(", ".join(map(str, one)) or "no address" for one in lists)
    return found(
        "SIP510",
        {
            "old": tuple(map(str, had)),
            "new": becomes or "no address",
            "how": "back" if back else "foretold",
        },
        facts=(address_fact(service),),
        certain=len(lists) == 1,
    )


CHECKS = (Check(codes=("SIP510",), look=_moved, arises=has_a_past, nowhere=nothing_said),)
