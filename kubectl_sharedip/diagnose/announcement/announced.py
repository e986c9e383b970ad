"""One Service as speakers see it: what both protocols make of it, with what is known of the cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.announcement import Announcement, Surroundings
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.speaker import announced_pool, bgp, layer2
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import EndpointSlice
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot


class _Placed(Protocol):
    @property
    def namespace(self) -> str: ...


P = TypeVar("P", bound=_Placed)


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return tuple(one for one in (self.layer2, self.bgp) if one.of_pool)

    @property
    def by_anybody(self) -> bool:
        """Whether any node announces it; never where its endpoints are not known."""
        return self.around.slices is not None and any(one.nodes for one in self.protocols)

    @property
    def shown(self) -> str:
        """Its addresses, as a text."""
        return ", ".join(map(str, self.addresses))

    @property
    def slices(self) -> tuple[EndpointSlice, ...]:
        """Its EndpointSlices, as far as they are known."""
        return self.around.slices or ()


def announced(view: View, service: Service) -> Announced | None:
    """What comes of the Service; None where a speaker does not look at it for the sake of its status."""
    placed = announced_pool(view.state.pools, service)
    if placed is None:
        return None
    pool, addresses = placed
    around = _surroundings(view, service)
    version = view.state.version
    return Announced(
        service=service,
        pool=pool,
        addresses=addresses,
        around=around,
        layer2=layer2(service, pool, addresses[0], around, version),
        bgp=bgp(service, pool, around, version),
    )


def known(snapshot: Snapshot, resource: str) -> bool:
    """Whether all of a resource are known; one that this cluster does not have is known to be empty."""
    return snapshot.was_read(resource) or any(
        gap.resource == resource and gap.reason == "absent" for gap in snapshot.not_read
    )


def _surroundings(view: View, service: Service) -> Surroundings:
    snapshot, found = view.snapshot, view.snapshot.announcing
    speakers = _own(view, found.speakers)
    # Pods that stand in a file may be anybody's: that no speaker is among them says nothing. A cluster
    # that was read, then or now, has a time.
    whole = not snapshot.source.files or snapshot.source.taken_at is not None
    speakers_known = known(snapshot, "pods") and (bool(speakers) or whole)
    # What is not applied yet has no endpoints yet.
    slices_known = known(snapshot, "endpointslices") and service.uid is not None
    return Surroundings(
        l2_advertisements=_own(view, found.l2_advertisements),
        bgp_advertisements=_own(view, found.bgp_advertisements),
        nodes=found.nodes,
        slices=found.slices.get(service.name, ()) if slices_known else None,
        speakers=speakers if speakers_known else None,
        peers=_own(view, found.bgp_peers) if known(snapshot, "bgppeers") else None,
        elections=found.elections,
    )


def _own(view: View, objects: Iterable[P]) -> tuple[P, ...]:
    """Those in the namespace of this MetalLB, which are all that it reads."""
    namespace = view.state.installation.namespace
    return tuple(one for one in objects if not namespace or one.namespace == namespace)
