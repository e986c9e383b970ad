"""What MetalLB knows at one moment: pools in force, books, and which Services are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kubectl_sharedip.metallb.ledger import Allocation, Ledger
from kubectl_sharedip.metallb.pools import AcceptedPools, PoolFault, accept
from kubectl_sharedip.metallb.sharing import terms_of
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, Version, parse_version
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One MetalLB's view of the cluster.

    ``faults`` say why MetalLB rejects the pools as they stand; it then goes on with the last
    accepted ones, which the API does not show, and ``pools`` is empty.
    """

    version: Version
    installation: Installation
    services: Mapping[ServiceName, Service]
    pools: AcceptedPools
    faults: tuple[PoolFault, ...]
    ledger: Ledger

    def holder(self, name: ServiceName) -> Service | None:
        """The Service of that name, where it is one of this MetalLB's."""
        return self.services.get(name)

    def with_service(self, service: Service) -> State:
        """The same with one Service added or changed; the books stay as they are."""
        return replace(self, services={**self.services, service.name: service})


def handled_by(installation: Installation, service: Service) -> bool:
    """Whether this MetalLB looks at the Service (filterByLoadBalancerClass)."""
    return (service.load_balancer_class or None) == installation.lb_class


def status_addresses(service: Service) -> tuple[Address, ...]:
    """The addresses that the status shows, in its order; unreadable ones are left out."""
    parsed = (parse_address(entry.ip) for entry in service.ingress if entry.ip)
    return tuple(address for address in parsed if address is not None)


def state_of(snapshot: Snapshot, installation: Installation) -> State:
    """The view that this MetalLB has of the snapshot: holders hold what their status says."""
    version = parse_version(installation.version) or parse_version(NEWEST_KNOWN)
    assert version is not None  # NEWEST_KNOWN is a version
    own_pools = [pool for pool in snapshot.pools if _in_namespace(pool, installation)]
    accepted = accept(own_pools, snapshot.namespaces, version)
    faults = () if isinstance(accepted, AcceptedPools) else accepted
    pools = accepted if isinstance(accepted, AcceptedPools) else AcceptedPools({})
    services = {name: s for name, s in snapshot.services.items() if handled_by(installation, s)}
    return State(
        version=version,
        installation=installation,
        services=services,
        pools=pools,
        faults=faults,
        ledger=Ledger(_allocations(services, pools, version)),
    )


def _in_namespace(pool: PoolResource, installation: Installation) -> bool:
    return not installation.namespace or pool.namespace == installation.namespace


def _allocations(
    services: Mapping[ServiceName, Service], pools: AcceptedPools, version: Version
) -> list[Allocation]:
    found: list[Allocation] = []
    for service in services.values():
        if service.type != "LoadBalancer" or not service.ingress:
            continue
        addresses = status_addresses(service)
        if not addresses:
            continue
        owner = pools.owner(addresses)
        found.append(
            Allocation(
                terms=terms_of(service, version), addresses=addresses, pool=owner.name if owner else ""
            )
        )
    return found
