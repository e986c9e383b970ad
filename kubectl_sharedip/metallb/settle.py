"""What the cluster comes to after edits, one after the other.

MetalLB looks at the edited Service; when that changes an allocation's keys, or costs a Service
its address, it looks at all of them again, until a pass is quiet. Among equals its order is
chance, as is its choice among general pools, so there may be several ends. Source:
``controller/main.go`` (SetBalancer, SetPools),
``internal/k8s/controllers/service_controller_reload.go``.

MetalLB is taken to see each of its own writes before it goes on. A real one can be behind its
writes and do a step again; with a choice among general pools that choice is then made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.metallb.alike import Followed, Lists, lists_of, most_telling, taken_together
from kubectl_sharedip.metallb.edits import (
    Edit,
    PoolsEdit,
    Restart,
    ServiceDeletion,
    ServiceEdit,
    StatusEdit,
)
from kubectl_sharedip.metallb.looks import MOST_ENDS, Walk, identity, look
from kubectl_sharedip.metallb.passes import owed_after
from kubectl_sharedip.metallb.poolchange import load, noted, retry
from kubectl_sharedip.metallb.pools import AcceptedPools, PoolFault, accept
from kubectl_sharedip.metallb.quiet import Work, until_quiet
from kubectl_sharedip.metallb.rest import unrested
from kubectl_sharedip.metallb.restart import restarted
from kubectl_sharedip.metallb.state import State, handled_by, held_by, own_pools
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service

__all__ = ["Settled", "differences", "held_by", "settle", "unrested"]

_MOST_FOLLOWED = 256


@frozen
class Settled:
    """Every joint end of the edits, sorted by what the changed Services hold.

    ``complete`` is False where there are more ends than are given. ``lists`` has then what those
    Services may end with that do not end alike: all of it, if ``lists_complete``. ``restless`` says
    that a Service goes back and forth, for good (then its recurring states are among the ends) or for
    a while; what others take meanwhile is not followed.
    """

    ends: tuple[State, ...]
    complete: bool
    restless: bool
    lists: Mapping[ServiceName, Lists] = field(default_factory=dict)
    lists_complete: bool = True

    def addresses(self, name: ServiceName) -> tuple[tuple[Address, ...], ...]:
        """Each list of addresses that the Service may end with; an empty list is Pending."""
        return tuple(sorted({held_by(end, name) for end in self.ends}.union(self.lists.get(name, ()))))


def settle(state: State, edits: Sequence[Edit], waiting: frozenset[ServiceName]) -> Settled:
    """The ends that the cluster may come to after these edits, each settled before the next.

    Arguments: the state before; the edits in order; ``waiting`` as ``unrested`` gives it for the
    state before. Nothing is mutated.
    """
    walk = Walk(waiting)
    ends = [Followed(state=state, besides={})]
    few = whole = True
    for number, edit in enumerate(edits, 1):
        after: dict[object, Followed] = {}
        pools = _accepted(state, edit) if isinstance(edit, PoolsEdit) else None
        for end in ends:
            for result in _retried(walk, _edited(walk, end.state, edit, pools)):
                one, key = Followed(state=result, besides=end.besides), identity(result)
                after[key] = after[key].and_also(one) if key in after else one
        ends = list(after.values())
        if len(ends) > MOST_ENDS:
            few, ends = False, taken_together(ends, walk, edits[number:])
        ends = sorted(ends, key=lambda end: _order(end.state))
        whole = whole and len(ends) <= _MOST_FOLLOWED
        if not whole:
            ends = most_telling(ends, MOST_ENDS, edits[number:])
    return Settled(
        ends=tuple(end.state for end in ends[:MOST_ENDS]),
        complete=walk.complete and few,
        restless=walk.restless,
        lists={} if few else lists_of(ends),
        lists_complete=walk.complete and whole,
    )


def _accepted(state: State, edit: PoolsEdit) -> AcceptedPools | tuple[PoolFault, ...]:
    return accept(own_pools(edit.pools, state.installation), edit.namespaces, state.version)


def _edited(
    walk: Walk, state: State, edit: Edit, pools: AcceptedPools | tuple[PoolFault, ...] | None
) -> tuple[State, ...]:
    if isinstance(edit, ServiceEdit):
        return _after_service(walk, state, edit.service)
    if isinstance(edit, StatusEdit):
        service = state.services.get(edit.name)
        return (
            (state,) if service is None else _looked_at(walk, state, replace(service, ingress=edit.ingress))
        )
    if isinstance(edit, ServiceDeletion):
        return _after_deletion(walk, state, edit.name)
    if isinstance(edit, Restart):
        return _after_restart(walk, state)
    assert pools is not None  # it is a PoolsEdit
    return _after_load(walk, *load(state, pools))


def _after_service(walk: Walk, state: State, service: Service) -> tuple[State, ...]:
    """A status given with a new Service is dropped by the API server; MetalLB writes the others'."""
    current = state.services.get(service.name)
    edited = replace(service, ingress=current.ingress if current is not None else ())
    if handled_by(state.installation, edited):
        return _looked_at(walk, state, edited)
    # It is left alone from now on, and what it holds stays reserved.
    held = state.ledger.allocation(edited.name) is not None
    return (state.with_service(edited) if held else state.without_service(edited.name),)


def _looked_at(walk: Walk, state: State, service: Service) -> tuple[State, ...]:
    walk.waiting.add(service.name)
    ends: dict[object, State] = {}
    edited = state.with_service(service)
    for way in look(walk, edited, service.name):
        owed = owed_after(frozenset(), edited, way, service.name)
        for end in until_quiet(walk, Work(state=way.state, due=way.wakes, owed=owed)):
            ends.setdefault(identity(end), end)
    return tuple(ends.values())


def _after_deletion(walk: Walk, state: State, name: ServiceName) -> tuple[State, ...]:
    held = state.allocated(name) is not None
    gone = replace(state.without_service(name), ledger=state.ledger.release(name))
    return until_quiet(walk, Work(state=gone, due=held))


def _after_restart(walk: Walk, state: State) -> tuple[State, ...]:
    begun, waiting = restarted(state)
    if begun.blind:
        return (begun,)
    walk.waiting |= waiting
    # Where passes keep no order, each Service is looked at by itself as well, before or after.
    optional = frozenset[ServiceName]() if state.version.assigned_first else waiting
    return until_quiet(walk, Work(state=begun, due=True, optional=optional))


def _after_load(walk: Walk, state: State, looks_at_all: bool | None) -> tuple[State, ...]:
    if looks_at_all is False:
        return (state,)
    walk.waiting |= unrested(state)
    looked = tuple(noted(end) for end in until_quiet(walk, Work(state=state, due=True)))
    return looked if looks_at_all else (state, *looked)


def _retried(walk: Walk, ends: Iterable[State]) -> Iterator[State]:
    for end in ends:
        yield from _after_load(walk, *retry(end))


def _order(state: State) -> list[tuple[ServiceName, tuple[Address, ...]]]:
    """The key by which ends are sorted."""
    held = ((name, one.addresses if one else ()) for name, one in state.ledger.changed().items())
    return sorted(held)


def differences(before: State, after: State, names: Iterable[ServiceName]) -> tuple[ServiceName, ...]:
    """Those of the Services whose addresses differ between the two, in sorted order."""
    return tuple(sorted(name for name in names if held_by(before, name) != held_by(after, name)))
