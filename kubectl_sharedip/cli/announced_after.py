"""Which nodes announce a Service before a plan and after it, where all that decides it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.diagnose.announcement.announced import announced, known
from kubectl_sharedip.diagnose.view import view_of
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.edited import edited
from kubectl_sharedip.model.plan import Effect, Way
from kubectl_sharedip.model.service import Ingress, Service
from kubectl_sharedip.model.snapshot import Snapshot

_DECIDES = ("l2advertisements", "bgpadvertisements", "bgppeers", "nodes", "pods", "endpointslices")
_Nodes = tuple[str, ...] | None


def advertisements(reading: Reading) -> Announcing | None:
    """What decides whether anybody may announce an address, where all of it was read."""
    return advertisements_of(reading.snapshot)


def advertisements_of(snapshot: Snapshot) -> Announcing | None:
    """The same of a snapshot."""
    return snapshot.announcing if all(known(snapshot, one) for one in _DECIDES[:2]) else None


def announced_by(
    snapshot: Snapshot, views: Sequence[State], way: Way | None, effect: Effect
) -> tuple[_Nodes, _Nodes]:
    """The nodes before and after; None where not all was read, or the end is chance."""
    service = snapshot.services.get(effect.service)
    state = state_for(tuple(views), service) if service is not None else None
    if service is None or state is None or not all(known(snapshot, one) for one in _DECIDES):
        return None, None
    before = _nodes(snapshot, state, service)
    stays = effect.after == (effect.before,)  # it is told of for the sake of its nodes
    if len(effect.after) > 1 or way is None or not (stays or effect in way.effects):
        return before, None
    return before, _nodes(snapshot, state, as_it_comes_out(service, way))


def as_it_comes_out(service: Service, way: Way | None) -> Service:
    """The Service after the edits of the way, with the first list of addresses that it may get."""
    if way is None:
        return service
    after = edited(
        service, [o for edit in way.edits if edit.service == service.name for o in edit.operations]
    )
    lists = [effect.after[0] for effect in way.effects if effect.service == service.name]
    return replace(after, ingress=_shown(lists[0])) if lists else after


def _shown(addresses: tuple[Address, ...]) -> tuple[Ingress, ...]:
    return tuple(Ingress(ip=str(address), hostname="") for address in addresses)


def _nodes(snapshot: Snapshot, state: State, service: Service) -> tuple[str, ...]:
    """On layer 2 the one that answers, by BGP all that announce, sorted."""
    view = view_of(snapshot, state, service, decide(state, service))
    found = announced(view, service)
    if found is None:
        return ()
    winner = (found.layer2.winner,) if found.layer2.winner is not None else ()
    return tuple(sorted({*winner, *found.bgp.nodes}))
