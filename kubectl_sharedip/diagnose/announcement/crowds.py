"""Sharers under policy Local whose pods are not the same: SIP209.

Hundreds may share one address: what they have in common is looked at once, and only the first few are
named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.diagnose.announcement.against import MOST_NAMED, first_few, named
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.announcement_facts import slice_fact
from kubectl_sharedip.metallb.endpoints import can_serve, serving
from kubectl_sharedip.metallb.facts import policy_fact, selector_fact
from kubectl_sharedip.metallb.sharing import backend_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import EndpointSlice
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_SHARING = "internal/allocator/k8salloc/k8salloc.go BackendKey"


@frozen
class _Crowd:
    """Sharers of an address with one selector under policy Local, by name.

    ``lacking`` says for the first ports that some of the pods do not serve whose they are, and which pods
    those are; ``more`` is how many such ports follow.
    """

    members: tuple[Service, ...]
    lacking: tuple[tuple[Service, str], ...]
    more: int


def other_pods(view: View) -> Iterator[Finding]:
    """SIP209: sharers under Local whose pods are not the same, for every port of each.

    MetalLB compares the text of the selectors and never the pods: those of another namespace are
    others, and a pod need not serve every port that is named.
    """
    own, slices = view.service, view.snapshot.announcing.slices
    key = backend_key(own)
    if not key or own.uid is None or not _is_served(view.snapshot, own):
        return
    for address in status_addresses(own):
        crowd = _crowds(view.snapshot, view.state).get((address, key))
        if crowd is None or not crowd.lacking:
            continue
        others = [one for one in crowd.members[: MOST_NAMED + 1] if one.name != own.name][:MOST_NAMED]
        told = sorted(
            {one.name: one for one in (own, *others, *(one for one, _ in crowd.lacking))}.values(),
            key=lambda service: service.name,
        )
        facts = (
            *(fact for one in told for fact in (policy_fact(one), selector_fact(one))),
            *(slice_fact(slice_) for one in told for slice_ in slices[one.name]),
        )
        yield found(
            "SIP209",
            {
                "address": str(address),
                "others": first_few((str(one.name) for one in others), len(crowd.members) - 1 - len(others)),
                "lacking": first_few((text for _, text in crowd.lacking), crowd.more),
            },
            facts=facts,
            holders=tuple(one.name for one in others),
            proof=Proof(rule="sharers-have-same-pods", source=_SHARING, facts=facts),
        )


def none_local(snapshot: Snapshot, state: State) -> bool:
    """Whether policy Local is nowhere, so that nobody's pods matter to a sharer."""
    return all(service.external_traffic_policy != "Local" for service in state.services.values())


def _is_served(snapshot: Snapshot, service: Service) -> bool:
    """Whether the pods behind it are known, and one of them can serve."""
    announcing = snapshot.announcing
    return service.name not in announcing.repointed and bool(serving(announcing.slices.get(service.name, ())))


@once
def _crowds(snapshot: Snapshot, state: State) -> Mapping[tuple[Address, str], _Crowd]:
    """Those of two and more, by address and selector."""
    found_: dict[tuple[Address, str], list[Service]] = {}
    for service in sorted(state.services.values(), key=lambda one: one.name):
        key = backend_key(service)
        if key and _is_served(snapshot, service):
            for address in status_addresses(service):
                if service.name in state.ledger.holders(address):
                    found_.setdefault((address, key), []).append(service)
    slices = snapshot.announcing.slices
    return {place: _crowd(them, slices) for place, them in found_.items() if len(them) > 1}


def _crowd(members: list[Service], slices: Mapping[ServiceName, tuple[EndpointSlice, ...]]) -> _Crowd:
    every = {_pod(e.pod, e.node) for one in members for e in serving(slices[one.name])}
    lacking = [
        (one, port, pods)
        for one in members
        for port, pods in sorted(_pods_by_port(slices[one.name]).items())
        if len(pods) < len(every)
    ]
    few = lacking[:MOST_NAMED]
    texts = ((one, f"{_port(one, port)} not by {named(sorted(every - pods))}") for one, port, pods in few)
    return _Crowd(members=tuple(members), lacking=tuple(texts), more=len(lacking) - len(few))


def _pods_by_port(slices: tuple[EndpointSlice, ...]) -> dict[str, set[str]]:
    """The pods that serve each port, by the port's name."""
    found_: dict[str, set[str]] = {}
    for slice_ in slices:
        able = {_pod(e.pod, e.node) for e in slice_.endpoints if can_serve(e)}
        for port in slice_.ports:
            found_.setdefault(port, set()).update(able)
    return found_


def _pod(pod: str, node: str | None) -> str:
    return f"{pod} on {node}" if node else pod


def _port(service: Service, name: str) -> str:
    if name:
        return f"{service.name} port {name}"
    return f"{service.name} port {service.ports[0]}" if service.ports else str(service.name)
