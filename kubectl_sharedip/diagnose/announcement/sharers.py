"""Services on one address that are not reached alike: SIP606, SIP611.

Hundreds may share one address, and each is asked about all the others: what is the same for all of them
is looked at once, and only the first few are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.diagnose.announcement.against import MOST_NAMED, first_few, named
from kubectl_sharedip.diagnose.announcement.announced import Announced, announced
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.announcement_facts import node_selectors_fact, slice_fact, source_ranges_fact
from kubectl_sharedip.metallb.facts import address_fact, policy_fact
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_SPEAKER = "speaker/layer2_controller.go ShouldAnnounce; speaker/bgp_controller.go ShouldAnnounce"

_Nodes = tuple[str | None, tuple[str, ...]]  # who answers on layer 2, and all that announce by BGP


def announced_differently(view: View, own: Announced) -> Iterator[Finding]:
    """SIP606: the nodes that announce the Service are not those that announce a sharer.

    A sharer that nobody announces is none to compare with: its own findings say why.
    """
    if not own.by_anybody:
        return
    for address in own.addresses:
        apart = {nodes: them for nodes, them in _together(view, address).items() if nodes != _nodes(own)}
        if not apart:
            continue
        few = sorted((one for them in apart.values() for one in them[:MOST_NAMED]), key=_name)[:MOST_NAMED]
        more = sum(map(len, apart.values())) - len(few)
        facts = tuple(dict.fromkeys(fact for one in (own, *few) for fact in _facts(one)))
        known = all(them[0].around.speakers is not None for them in ((own,), *apart.values()))
        yield found(
            "SIP606",
            {
                "address": str(address),
                "own": _how(own),
                "others": first_few((f"{one.service.name} {_how(one)}" for one in few), more),
            },
            facts=facts,
            holders=tuple(one.service.name for one in few),
            proof=Proof(
                rule="sharers-announced-alike",
                source=_SPEAKER,
                facts=facts,
            ),
            certain=known,
        )


def _together(view: View, address: Address) -> Mapping[_Nodes, list[Announced]]:
    """Those on the address that anybody announces, by name, under the nodes that do."""
    kept = _looked_at(view.snapshot, view.state)
    if address not in kept:
        groups = kept[address] = {}
        for one in (announced(view, service) for service in _on(view.state, address)):
            if one is not None and one.by_anybody:
                groups.setdefault(_nodes(one), []).append(one)
    return kept[address]


@once
def _looked_at(_: Snapshot, __: State) -> dict[Address, dict[_Nodes, list[Announced]]]:
    """The addresses that were looked at so far."""
    return {}


def source_ranges(view: View) -> Iterator[Finding]:
    """SIP611: on one address, this Service lets in other clients than a sharer does."""
    ranges = view.snapshot.announcing.source_ranges
    own = ranges.get(view.service.name)
    if own is None:
        return
    for address in view.held:
        others = [
            other
            for other in _sharers(view, address)
            if (its := ranges.get(other.name)) is None or set(its.ranges) != set(own.ranges)
        ]
        if others:
            few = others[:MOST_NAMED]
            told = [source_ranges_fact(ranges[other.name]) for other in few if other.name in ranges]
            yield found(
                "SIP611",
                {
                    "address": str(address),
                    "ranges": own.ranges,
                    "others": first_few((str(other.name) for other in few), len(others) - len(few)),
                },
                facts=(source_ranges_fact(own), *told, *map(address_fact, few)),
                holders=tuple(other.name for other in few),
            )


def _sharers(view: View, address: Address) -> list[Service]:
    """The other Services on the address, by name."""
    return [one for one in _on(view.state, address) if one.name != view.service.name]


def _on(state: State, address: Address) -> list[Service]:
    """The Services on the address, by name."""
    names = sorted(set(state.ledger.holders(address)))
    return [state.services[name] for name in names if name in state.services]


def _name(one: Announced) -> ServiceName:
    return one.service.name


def _nodes(one: Announced) -> _Nodes:
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
