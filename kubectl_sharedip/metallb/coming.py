"""What comes of manifests: pools first, then each Service in its turn, and whom each of them disturbs.

It exists because ``settle`` tells the end, and whoever is about to apply wants to know which manifest
costs which live Service its address, also where it is given back later. Refuses to read a manifest:
what each Service becomes is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, ServiceEdit
from kubectl_sharedip.metallb.installed import installations, sees_pools, states
from kubectl_sharedip.metallb.looks import MOST_ENDS, identity
from kubectl_sharedip.metallb.predict import Prediction
from kubectl_sharedip.metallb.restless import recurring
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.state import State, handled_by, state_of
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation, Snapshot

Lists = tuple[tuple[Address, ...], ...]


@frozen
class Coming:
    """The cluster after the manifests, and what each of them did on the way.

    ``disturbed`` has for each Service of the input the live ones (itself too) that lose an address by
    it, in some end at least; ``by_pools`` are those that the pools and namespaces of the input cost an
    address. ``had`` are the addresses from before, for every one of them.
    """

    prediction: Prediction
    disturbed: Mapping[ServiceName, tuple[ServiceName, ...]]
    by_pools: tuple[ServiceName, ...]
    had: Mapping[ServiceName, tuple[Address, ...]]

    @property
    def all_disturbed(self) -> tuple[ServiceName, ...]:
        """Every live Service that loses an address, by name."""
        return tuple(sorted(self.had))


def come(before: Snapshot, after: Snapshot, coming: Sequence[Service]) -> Coming:
    """Settles what is applied: all pools and namespaces in one load, then the Services one by one.

    Arguments: the cluster as it is; the same with everything applied and nothing decided; the Services
    that are created or changed, in the order in which they are applied, one more than once if need be.
    """
    new = frozenset(service.name for service in coming if service.name not in before.services)
    if not sees_pools(before):
        return _unforetold(after, coming, new)
    services = dict(after.services)
    lists: dict[ServiceName, Lists] = {}
    flapping: dict[ServiceName, Lists] = {}
    taken: dict[ServiceName | None, set[ServiceName]] = {}
    had: dict[ServiceName, tuple[Address, ...]] = {}
    complete = lists_complete = True
    restless = False
    for installation in installations(after):
        state = state_of(before, installation)
        edits = _edits(before, after, installation, coming)
        walk = _Walk(state)
        for edit in edits:
            walk.go(edit)
        mine = (service.name for service in coming if handled_by(installation, service))
        known = dict.fromkeys([*state.services, *mine])
        settled = Settled(ends=tuple(walk.ends.values()), complete=True, restless=walk.restless)
        if not walk.complete:  # too many ends to follow each: what every Service may get is told all the same
            settled = settle(state, edits, unrested(state))
        complete, restless = complete and settled.complete, restless or settled.restless
        lists_complete = lists_complete and settled.lists_complete
        end = min(settled.ends, key=lambda one: [held_by(one, name) for name in known])
        services.update({name: end.services[name] for name in services if name in end.services})
        # Who goes over to another MetalLB has what that one gives.
        lists.update(
            {name: settled.addresses(name) for name in known if name in end.services or name not in lists}
        )
        flapping.update(
            {name: again for name in known if name in end.services and (again := recurring(end, name))}
        )
        for owner, names in walk.taken.items():
            taken.setdefault(owner, set()).update(names)
        had.update({name: held_by(state, name) for names in walk.taken.values() for name in names})
    lists.update(flapping)
    settled_after = replace(after, services=MappingProxyType(services))
    prediction = Prediction(
        snapshot=settled_after,
        views=states(settled_after),
        new=new,
        lists=MappingProxyType(lists),
        flapping=frozenset(flapping),
        complete=complete,
        lists_complete=lists_complete,
        restless=restless,
    )
    return Coming(
        prediction=prediction,
        disturbed={name: tuple(sorted(names)) for name, names in taken.items() if name is not None},
        by_pools=tuple(sorted(taken.get(None, ()))),
        had=had,
    )


def _unforetold(after: Snapshot, coming: Sequence[Service], new: frozenset[ServiceName]) -> Coming:
    """Everything applied and nothing settled: who gets or loses what depends on pools that are not known."""
    services = {**after.services, **{service.name: service for service in coming}}
    applied = replace(after, services=MappingProxyType(services))
    views = states(applied)
    lists = {name: (held_by(state, name),) for state in views for name in state.services}
    prediction = Prediction(
        snapshot=applied,
        views=views,
        new=new,
        lists=MappingProxyType(lists),
        flapping=frozenset(),
        complete=True,
        lists_complete=True,
        restless=False,
        unknown=frozenset(service.name for service in coming if service.name in lists),
    )
    return Coming(prediction=prediction, disturbed={}, by_pools=(), had={})


class _Walk:
    """All ends that one MetalLB may have come to by now, and who lost an address on the way."""

    def __init__(self, state: State) -> None:
        self.ends: dict[object, State] = {identity(state): state}
        self.complete = True
        self.restless = False
        self.taken: dict[ServiceName | None, set[ServiceName]] = {}
        self._live = frozenset(state.services)
        self._waiting = unrested(state)

    def go(self, edit: Edit) -> None:
        """One edit more, from each of the ends."""
        owner = edit.service.name if isinstance(edit, ServiceEdit) else None
        after: dict[object, State] = {}
        for end in self.ends.values():
            settled = settle(end, [edit], self._waiting)
            self.complete = self.complete and settled.complete
            self.restless = self.restless or settled.restless
            for one in settled.ends:
                after.setdefault(identity(one), one)
                lost = _lost(end, one) & self._live
                if lost:
                    self.taken.setdefault(owner, set()).update(lost)
                if one.pools is not end.pools:  # who was at rest under the old ones need not be any more
                    self._waiting |= unrested(one)
        self.complete = self.complete and len(after) <= MOST_ENDS
        self.ends = dict(list(after.items())[:MOST_ENDS])
        if owner is not None:
            self._waiting |= {owner}


def _edits(
    before: Snapshot, after: Snapshot, installation: Installation, coming: Iterable[Service]
) -> list[Edit]:
    """What this MetalLB is told of, in order."""
    pools: list[Edit] = []
    if _configuration(before) != _configuration(after):
        pools.append(PoolsEdit(pools=after.pools, namespaces=after.namespaces))
    return [*pools, *(ServiceEdit(service=service) for service in coming)]


def _configuration(snapshot: Snapshot) -> object:
    """What of pools and namespaces MetalLB's controller works with, wherever it stands written."""
    pools = [
        (p.namespace, p.name, p.addresses, p.auto_assign, p.avoid_buggy_ips, p.allocation)
        for p in snapshot.pools
    ]
    return pools, {name: dict(namespace.labels) for name, namespace in snapshot.namespaces.items()}


def _lost(before: State, after: State) -> set[ServiceName]:
    """The Services that had an address and have it no more."""
    names = {*before.ledger.changed(), *after.ledger.changed()}
    return {name for name in names if set(held_by(before, name)) - set(held_by(after, name))}
