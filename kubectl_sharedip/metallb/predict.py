"""What is not done yet: Services that are not applied, then edits that are only planned.

Services come in the order of the input, each settled before the next; then the edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from kubectl_sharedip.metallb.installed import installations, sees_pools, states
from kubectl_sharedip.metallb.restless import recurring
from kubectl_sharedip.metallb.state import State, handled_by, held_by, state_of, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

if TYPE_CHECKING:
    from kubectl_sharedip.metallb.settle import Settled


@frozen
class Prediction:
    """The snapshot with all its Services and its planned edits settled.

    ``lists`` has, for each Service that some MetalLB handles, every list of addresses that it may
    end with (an empty list is Pending); where there are several, MetalLB's own choice decides, and
    the snapshot shows the first; those that never come to rest are ``flapping``. ``complete``,
    ``lists_complete`` and ``restless`` as in ``Settled``. ``views`` are those of the snapshot.
    ``unknown`` would be settled, and nobody can tell how, since no pool was read: they are as they stand.
    """

    snapshot: Snapshot
    views: tuple[State, ...]
    new: frozenset[ServiceName]
    lists: Mapping[ServiceName, tuple[tuple[Address, ...], ...]]
    flapping: frozenset[ServiceName]
    complete: bool
    lists_complete: bool
    restless: bool
    unknown: frozenset[ServiceName] = frozenset()

    @property
    def by_chance(self) -> tuple[ServiceName, ...]:
        """The Services that may end with more than one list, in sorted order."""
        several = {name for name, lists in self.lists.items() if len(lists) > 1}
        return tuple(sorted(several - self.flapping))


def predict(snapshot: Snapshot) -> Prediction:
    """Settles every Service without a uid in the order of the input, then every planned edit."""
    new = frozenset(
        name
        for name, service in snapshot.services.items()
        if service.uid is None and service.type == "LoadBalancer" and not service.ingress
    )
    lists: dict[ServiceName, tuple[tuple[Address, ...], ...]] = {}
    flapping: dict[ServiceName, tuple[tuple[Address, ...], ...]] = {}
    complete = lists_complete = True
    restless = False
    unknown: set[ServiceName] = set()
    views: list[State] = []
    present = snapshot
    if new:
        old = {name: service for name, service in snapshot.services.items() if name not in new}
        present = replace(snapshot, services=MappingProxyType(old))
    changed: dict[ServiceName, Service] = {}
    for installation in installations(snapshot):
        coming = [s for s in snapshot.services.values() if s.name in new and handled_by(installation, s)]
        state = state_of(present, installation)
        views.append(state)
        known = {**state.services, **{service.name: service for service in coming}}
        edits = [*coming, *_edited(snapshot, known)]
        end = state
        if edits and not sees_pools(snapshot):
            unknown.update(service.name for service in edits)
            changed.update({service.name: service for service in edits})
            lists.update({name: (status_addresses(service),) for name, service in known.items()})
            continue
        if edits:
            from kubectl_sharedip.metallb.edits import ServiceEdit  # a cluster at rest needs none of it
            from kubectl_sharedip.metallb.settle import settle, unrested

            settled = settle(state, [ServiceEdit(service=service) for service in edits], unrested(state))
            complete, lists_complete = (
                complete and settled.complete,
                lists_complete and settled.lists_complete,
            )
            restless = restless or settled.restless
            end = _first(settled, list(known))
            changed.update({name: s for name, s in end.services.items() if name in snapshot.services})
            lists.update({name: settled.addresses(name) for name in known})
        else:
            lists.update({name: (status_addresses(service),) for name, service in known.items()})
        flapping.update({name: again for name in known if (again := recurring(end, name))})
    lists.update(flapping)
    at_rest = not new and not snapshot.edits  # as nearly every reading of a cluster is
    services = snapshot.services if at_rest else MappingProxyType({**snapshot.services, **changed})
    after = snapshot if at_rest else replace(snapshot, services=services, edits=())
    return Prediction(
        snapshot=after,
        views=tuple(views) if at_rest else states(after),
        new=new,
        lists=MappingProxyType(lists),
        flapping=frozenset(flapping),
        complete=complete,
        lists_complete=lists_complete,
        restless=restless,
        unknown=frozenset(unknown),
    )


def _edited(snapshot: Snapshot, known: Mapping[ServiceName, Service]) -> Iterator[Service]:
    """Each edited Service as it is after its edit; several edits of one build on each other."""
    if not snapshot.edits:
        return
    from kubectl_sharedip.model.edited import edited

    latest = dict(known)
    for edit in snapshot.edits:
        if edit.service in latest:
            latest[edit.service] = edited(latest[edit.service], edit.operations)
            yield latest[edit.service]


def _first(settled: Settled, names: list[ServiceName]) -> State:
    """The same end every time, where there are several: the one with the lowest addresses."""
    return min(settled.ends, key=lambda end: [held_by(end, name) for name in names])
