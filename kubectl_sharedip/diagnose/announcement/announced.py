"""One Service as speakers see it: what both protocols make of it, with what is known of the cluster."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.announcement import Announcement, Surroundings
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.speaker import announced_pool, bgp, decisive, layer2
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import EndpointSlice
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot


class _Placed(Protocol):
    @property
    def namespace(self) -> str: ...


P = TypeVar("P", bound=_Placed)


@frozen
class Announced:
    """A Service whose address MetalLB's speakers would announce, and what comes of it."""

    service: Service
    pool: Pool
    addresses: tuple[Address, ...]
    around: Surroundings
    layer2: Announcement
    bgp: Announcement

    @property
    def protocols(self) -> tuple[Announcement, ...]:
        """Those for which an advertisement of the pool lets the Service in, or would."""
        return tuple([one for one in (self.layer2, self.bgp) if one.of_pool])

    @property
    def by_anybody(self) -> bool:
        """Whether any node announces it; never where its endpoints are not known."""
        return self.around.slices is not None and any(one.nodes for one in self.protocols)

    @property
    def unopposed(self) -> bool:
        """Whether it is announced and nothing is held against any node, by either protocol."""
        return (
            bool(self.protocols)
            and not self.layer2.refused_for
            and all(one.nodes and len(one.nodes) == len(one.candidates) for one in self.protocols)
        )

    @property
    def shown(self) -> str:
        """Its addresses, as a text."""
        return ", ".join(map(str, self.addresses))

    @property
    def slices(self) -> tuple[EndpointSlice, ...]:
        """Its EndpointSlices, as far as they are known."""
        return self.around.slices or ()


def announced(view: View, service: Service) -> Announced | None:
    """What comes of the Service; None where a speaker does not look at it for the sake of its status.

    Everyone on an address asks it of all the others, so each of a State's own is looked at once.
    """
    if view.state.services.get(service.name) is not service:
        return _announced(view, service)
    seen = _seen(view.snapshot, view.state)
    if service.name not in seen:
        seen[service.name] = _announced(view, service)
    return seen[service.name]


@once
def _seen(_: Snapshot, __: State) -> dict[ServiceName, Announced | None]:
    """Those that were looked at so far."""
    return {}


def _announced(view: View, service: Service) -> Announced | None:
    placed = announced_pool(view.state.pools, service)
    if placed is None:
        return None
    pool, addresses = placed
    around, first = _surroundings(view, service), addresses[0]
    version, answers = view.state.version, _answers(view.snapshot, view.state)
    alike = decisive(service, pool, first, around, version)
    if alike not in answers:
        answers[alike] = (
            layer2(service, pool, first, around, version),
            bgp(service, pool, around, version),
        )
    on_layer2, by_bgp = answers[alike]
    return Announced(
        service=service, pool=pool, addresses=addresses, around=around, layer2=on_layer2, bgp=by_bgp
    )


@once
def _answers(_: Snapshot, __: State) -> dict[Hashable, tuple[Announcement, Announcement]]:
    """What was worked out so far, for all Services that are alike in what decides it."""
    return {}


def known(snapshot: Snapshot, resource: str) -> bool:
    """Whether all of a resource are known; one that this cluster does not have is known to be empty."""
    return snapshot.was_read(resource) or any(
        gap.resource == resource and gap.reason == "absent" for gap in snapshot.not_read
    )


def _surroundings(view: View, service: Service) -> Surroundings:
    snapshot = view.snapshot
    around = _around(snapshot, view.state)
    # What is not applied yet has no endpoints yet, and who gets another selector other ones.
    settled = service.uid is not None and service.name not in snapshot.announcing.repointed
    if not settled or not known(snapshot, "endpointslices"):
        return around
    return replace(around, slices=snapshot.announcing.slices.get(service.name, ()))


@once
def _around(snapshot: Snapshot, state: State) -> Surroundings:
    """What is the same for all Services of a MetalLB: all but the endpoints."""
    found, namespace = snapshot.announcing, state.installation.namespace
    speakers = _own(namespace, found.speakers)
    # Pods that stand in a file may be anybody's: that no speaker is among them says nothing. A cluster
    # that was read, then or now, has a time.
    whole = not snapshot.source.files or snapshot.source.taken_at is not None
    speakers_known = known(snapshot, "pods") and (bool(speakers) or whole)
    return Surroundings(
        l2_advertisements=_own(namespace, found.l2_advertisements),
        bgp_advertisements=_own(namespace, found.bgp_advertisements),
        nodes=found.nodes,
        slices=None,
        speakers=speakers if speakers_known else None,
        peers=_own(namespace, found.bgp_peers) if known(snapshot, "bgppeers") else None,
        elections=found.elections,
    )


def _own(namespace: str, objects: Iterable[P]) -> tuple[P, ...]:
    """Those in the namespace of this MetalLB, which are all that it reads; all where it is not known."""
    return tuple(one for one in objects if not namespace or one.namespace == namespace)
