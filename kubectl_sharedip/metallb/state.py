"""What MetalLB knows at one moment: pools in force, books, and which Services are its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kubectl_sharedip.metallb.ledger import Allocation, Ledger
from kubectl_sharedip.metallb.overlay import Overlay
from kubectl_sharedip.metallb.pools import AcceptedPools, PoolFault, accept
from kubectl_sharedip.metallb.sharing import terms_of
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, Version, parse_version
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation, Snapshot


@frozen
class State:
    """One MetalLB's view of the cluster.

    ``faults`` say why MetalLB rejects the pools as they stand; it then goes on with the last
    accepted ones. The API does not show those, so ``pools`` is empty in a state read from a
    cluster; after an edit that is rejected they are the pools from before it.

    ``postponed`` are pools that are in order and not in force, because a Service holds an address
    that none of them has (versions that do not reassign orphans).

    ``defaults_ip_mode``: the API server (Kubernetes 1.30 or later) adds ``ipMode`` to each entry of
    a status, MetalLB leaves it out, and so writes the status of an assigned Service at every look.
    Nothing changes by that, and nothing is woken.

    ``in_doubt``: a Service shows an address that no pool has, and this version refuses pools that
    would orphan one. Older pools may then be in force, which the API does not show.
    """

    version: Version
    installation: Installation
    services: Mapping[ServiceName, Service]
    pools: AcceptedPools
    faults: tuple[PoolFault, ...]
    ledger: Ledger
    postponed: AcceptedPools | None = None
    defaults_ip_mode: bool
    in_doubt: bool

    @property
    def blind(self) -> bool:
        """Whether the pools in force are not known."""
        return bool(self.faults) and not self.pools.by_name

    def holder(self, name: ServiceName) -> Service | None:
        """The Service of that name, where it is one of this MetalLB's."""
        return self.services.get(name)

    def allocated(self, name: ServiceName) -> Allocation | None:
        """What the allocator knows of the Service.

        An address that no pool has may stand in a status, and so in the books; it is not known.
        """
        allocation = self.ledger.allocation(name)
        known = allocation is not None and self.pools.owner(allocation.addresses) is not None
        return allocation if known else None

    def with_service(self, service: Service) -> State:
        """The same with one Service added or changed; the books stay as they are."""
        return replace(self, services=self._overlay().with_entry(service.name, service))

    def without_service(self, name: ServiceName) -> State:
        """The same without this Service; the books stay as they are."""
        return replace(self, services=self._overlay().without(name))

    def _overlay(self) -> Overlay[ServiceName, Service]:
        return self.services if isinstance(self.services, Overlay) else Overlay(self.services)


def handled_by(installation: Installation, service: Service) -> bool:
    """Whether this MetalLB looks at the Service (filterByLoadBalancerClass)."""
    return (service.load_balancer_class or None) == installation.lb_class


def shown_addresses(service: Service) -> tuple[Address | None, ...]:
    """What MetalLB reads from the status: an address, or None for a text that is none.

    Entries without an IP (hostnames) are left out, as MetalLB leaves them out.
    """
    return tuple(parse_address(entry.ip) for entry in service.ingress if entry.ip)


def status_addresses(service: Service) -> tuple[Address, ...]:
    """The addresses that the status shows, in its order; unreadable ones are left out."""
    return tuple([a for entry in service.ingress if (a := parse_address(entry.ip)) is not None])


def held_by(state: State, name: ServiceName) -> tuple[Address, ...]:
    """The addresses that its status shows in this state."""
    service = state.services.get(name)
    return status_addresses(service) if service is not None else ()


def state_of(snapshot: Snapshot, installation: Installation) -> State:
    """The view that this MetalLB has of the snapshot: holders hold what their status says."""
    version = parse_version(installation.version) or parse_version(NEWEST_KNOWN)
    assert version is not None  # NEWEST_KNOWN is a version
    accepted = accept(own_pools(snapshot.pools, installation), snapshot.namespaces, version)
    faults = () if isinstance(accepted, AcceptedPools) else accepted
    pools = accepted if isinstance(accepted, AcceptedPools) else AcceptedPools({})
    services = {name: s for name, s in snapshot.services.items() if handled_by(installation, s)}
    claimed = claims(services.values(), pools, version)
    return State(
        version=version,
        installation=installation,
        services=services,
        pools=pools,
        faults=faults,
        ledger=Ledger(claimed),
        in_doubt=not version.reassigns_orphans and not all(one.pool for one in claimed),
        defaults_ip_mode=_defaults_ip_mode(snapshot.source.kubernetes),
    )


def _defaults_ip_mode(kubernetes: str | None) -> bool:
    version = parse_version(kubernetes or "")
    return version is not None and (version.major, version.minor) >= (1, 30)


def own_pools(pools: Iterable[PoolResource], installation: Installation) -> list[PoolResource]:
    """The pools in the namespace of this MetalLB, which are all that it reads."""
    return [pool for pool in pools if not installation.namespace or pool.namespace == installation.namespace]


def claims(services: Iterable[Service], pools: AcceptedPools, version: Version) -> list[Allocation]:
    """What each Service claims by its status, whether or not the rules let it have that."""
    found: list[Allocation] = []
    for service in services:
        if service.type != "LoadBalancer":
            continue
        addresses = status_addresses(service)
        if not addresses:
            continue
        owner = pools.owner(addresses)
        terms = terms_of(service, version)
        found.append(Allocation(terms=terms, addresses=addresses, pool=owner.name if owner else ""))
    return found
