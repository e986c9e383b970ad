"""Every live reading checks the rules themselves: each Service with an address is decided again.

A cluster at rest shows what the rules give; where it does not, either they or it are wrong, and
whoever reads the answer has to know, whatever was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.diagnose.in_flight import last_change
from kubectl_sharedip.diagnose.reads import enough
from kubectl_sharedip.metallb.rest import unrested
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.snapshot import Note, Snapshot

_READ = ("services", "ipaddresspools", "namespaces")
_NAMED = 5  # more would hide the answer itself


def disagreements(snapshot: Snapshot, views: Sequence[State]) -> tuple[Note, ...]:
    """A note for all Services whose addresses the rules would not give (SIP508), or none.

    Only a live cluster at rest is compared, and only where all was read that the rules look at.
    """
    if snapshot.source.taken_at is None:
        return ()
    shown = [text for state in views if _all_read(snapshot, state) for text in _differing(snapshot, state)]
    if not shown:
        return ()
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    what = "; ".join(shown[:_NAMED]) + more
    return (Note(code="SIP907", values={"what": f"what the cluster shows (SIP508: {what})"}),)


def _all_read(snapshot: Snapshot, state: State) -> bool:
    return all(enough(snapshot, state, resource) for resource in _READ)


def _differing(snapshot: Snapshot, state: State) -> Iterator[str]:
    if state.blind or last_change(snapshot, state) is not None:
        return
    for name in sorted(unrested(state)):
        finding = _disagrees(snapshot, state, name)
        if finding is not None:
            yield f"{name} has {finding.values['shown']}, by the rules {finding.values['expected']}"


def _disagrees(snapshot: Snapshot, state: State, name: ServiceName) -> Finding | None:
    service = state.services[name]
    if service.type != "LoadBalancer" or not status_addresses(service):
        return None
    # Nearly every Service is at rest: who finds none to look at closely waits for none of this.
    from kubectl_sharedip.diagnose.assigned import would_move
    from kubectl_sharedip.diagnose.view import view_of
    from kubectl_sharedip.metallb.decide import decide

    view = view_of(snapshot, state, service, decide(state, service))
    return next((finding for finding in would_move(view) if finding.code == "SIP508"), None)
