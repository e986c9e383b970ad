"""SIP212: an address that is held by a Service that could not be read, as far as MetalLB tells.

MetalLB sees all namespaces, whatever the rights of whoever asks. Its event names who is on the
address where keys are in the way, and only the address where a port is. An event is evidence with
an age, so this is never certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Proof

_SOURCE = "internal/allocator/allocator.go checkSharing"
_IN_USE_BY = re.compile(r"can't change sharing key for .*address also in use by ([^\s:]+)")
_PORT_IN_USE = re.compile(r'port (\S+) is already in use on "([^"]+)"')


def is_partly_seen(view: View) -> bool:
    """Whether there may be Services that were not read."""
    return not view.snapshot.was_read("services")


def unseen_holder(view: View) -> Iterator[Finding]:
    """What MetalLB's last refusal says of a holder that is not in the snapshot."""
    said = _last_refusal(view)
    if said is None:
        return
    would_do = isinstance(view.outcome, Assigned | OneOf)
    names, port = _IN_USE_BY.search(said), _PORT_IN_USE.search(said)
    holders = _unseen(view, names[1]) if names else ()
    if not holders and not (port and would_do):
        return
    fact = service_fact(view.service, 'events[reason="AllocationFailed"].message', said)
    asked = requested(view.service, view.state.version)
    request = asked.fact if isinstance(asked, Request) else None
    facts = (fact,) if request is None else (request, fact)
    finding = found(
        "SIP212",
        {
            "how": "holders" if holders else "port",
            "holders": tuple(str(name) for name in holders),
            "port": port[1] if port else "",
            "address": port[2] if port else _asked_for(asked),
        },
        facts=facts,
        holders=holders,
        proof=Proof(rule="held-by-unseen", source=_SOURCE, facts=facts),
        cause=True,
        certain=False,
    )
    # By all that was read nothing is in its way, so MetalLB stops at what was not.
    yield replace(finding, decisive=would_do)


def _last_refusal(view: View) -> str | None:
    """The text of the last event of MetalLB's that is about an allocation, where it is a refusal."""
    events = [
        event
        for event in view.snapshot.events
        if event.service == view.service.name
        and event.component.startswith("metallb")
        and event.reason in ("AllocationFailed", "IPAllocated")
    ]
    return events[-1].message if events and events[-1].reason == "AllocationFailed" else None


def _unseen(view: View, listed: str) -> tuple[ServiceName, ...]:
    names = []
    for text in listed.split(","):
        namespace, slash, name = text.partition("/")
        if slash and (known := ServiceName(namespace, name)) not in view.snapshot.services:
            names.append(known)
    return tuple(sorted(names))


def _asked_for(request: object) -> str:
    addresses = request.addresses if isinstance(request, Request) else ()
    return ", ".join(map(str, addresses)) or "an address"
