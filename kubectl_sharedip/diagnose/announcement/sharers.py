"""Services on one address that are not reached alike: SIP209, SIP606, SIP611."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.announcement.against import named
from kubectl_sharedip.diagnose.announcement.announced import Announced, announced
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.announcement_facts import node_selectors_fact, slice_fact, source_ranges_fact
from kubectl_sharedip.metallb.endpoints import can_serve, serving
from kubectl_sharedip.metallb.facts import address_fact, policy_fact, selector_fact
from kubectl_sharedip.metallb.sharing import backend_key
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import EndpointSlice
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service

_SPEAKER = "speaker/layer2_controller.go ShouldAnnounce; speaker/bgp_controller.go ShouldAnnounce"
_SHARING = "internal/allocator/k8salloc/k8salloc.go BackendKey"


def announced_differently(view: View, own: Announced) -> Iterator[Finding]:
    """SIP606: the nodes that announce the Service are not those that announce a sharer.

    A sharer that nobody announces is none to compare with: its own findings say why.
    """
    if not own.by_anybody:
        return
    for address in own.addresses:
        compared = [announced(view, other) for other in _sharers(view, address)]
        others = [one for one in compared if one and one.by_anybody and _nodes(one) != _nodes(own)]
        if not others:
            continue
        facts = tuple(dict.fromkeys(fact for one in (own, *others) for fact in _facts(one)))
        known = all(one.around.speakers is not None for one in (own, *others))
        yield found(
            "SIP606",
            {
                "address": str(address),
                "own": _how(own),
                "others": tuple(f"{one.service.name} {_how(one)}" for one in others),
            },
            facts=facts,
            holders=tuple(one.service.name for one in others),
            proof=Proof(
                rule="sharers-announced-alike",
                source=_SPEAKER,
                facts=facts,
            ),
            certain=known,
        )


def other_pods(view: View) -> Iterator[Finding]:
    """SIP209: sharers under Local whose pods are not the same, for every port of each.

    MetalLB compares the text of the selectors and never the pods: those of another namespace are
    others, and a pod need not serve every port that is named.
    """
    own = view.service
    announcing = view.snapshot.announcing
    slices = announcing.slices
    if not backend_key(own) or own.uid is None or not serving(slices.get(own.name, ())):
        return
    if own.name in announcing.repointed:
        return
    for address in status_addresses(own):
        others = [
            other
            for other in _sharers(view, address)
            if backend_key(other) == backend_key(own)
            and other.name not in announcing.repointed
            and serving(slices.get(other.name, ()))
        ]
        group = sorted((own, *others), key=lambda service: service.name)
        every = {_pod(e.pod, e.node) for one in group for e in serving(slices[one.name])}
        lacking = [
            f"{_port(one, port)} not by {named(sorted(every - pods))}"
            for one in group
            for port, pods in sorted(_pods_by_port(slices[one.name]).items())
            if every - pods
        ]
        if not lacking:
            continue
        facts = (
            *(fact for one in group for fact in (policy_fact(one), selector_fact(one))),
            *(slice_fact(slice_) for one in group for slice_ in slices[one.name]),
        )
        yield found(
            "SIP209",
            {
                "address": str(address),
                "others": tuple(str(other.name) for other in others),
                "lacking": tuple(lacking),
            },
            facts=facts,
            holders=tuple(other.name for other in others),
            proof=Proof(rule="sharers-have-same-pods", source=_SHARING, facts=facts),
        )


def source_ranges(view: View) -> Iterator[Finding]:
    """SIP611: on one address, this Service lets in other clients than a sharer does."""
    ranges = view.snapshot.announcing.source_ranges
    own = ranges.get(view.service.name)
    if own is None:
        return
    for address in status_addresses(view.service):
        others = [
            other
            for other in _sharers(view, address)
            if (its := ranges.get(other.name)) is None or set(its.ranges) != set(own.ranges)
        ]
        if others:
            told = [source_ranges_fact(ranges[other.name]) for other in others if other.name in ranges]
            yield found(
                "SIP611",
                {
                    "address": str(address),
                    "ranges": own.ranges,
                    "others": tuple(str(other.name) for other in others),
                },
                facts=(source_ranges_fact(own), *told, *map(address_fact, others)),
                holders=tuple(other.name for other in others),
            )


def _sharers(view: View, address: Address) -> list[Service]:
    """The other Services on the address, by name."""
    names = sorted(set(view.state.ledger.holders(address)) - {view.service.name})
    return [view.state.services[name] for name in names if name in view.state.services]


def _nodes(one: Announced) -> tuple[str | None, tuple[str, ...]]:
    return one.layer2.winner, one.bgp.nodes


def _how(one: Announced) -> str:
    parts = [f"from {one.layer2.winner} on layer 2"] if one.layer2.winner else []
    if one.bgp.nodes:
        parts.append(f"from {named(one.bgp.nodes)} by BGP")
    return " and ".join(parts)


def _facts(one: Announced) -> tuple[Fact, ...]:
    advertisements = (*one.layer2.advertisements, *one.bgp.advertisements)
    return (
        address_fact(one.service),
        policy_fact(one.service),
        *map(node_selectors_fact, advertisements),
        *map(slice_fact, one.slices),
    )


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
