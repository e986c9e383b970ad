"""The Services by the addresses that their status shows, whoever gave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, Version, parse_version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service


@frozen
class AddressGroup:
    """One address. ``pool`` is the accepted pool that contains it, None where none does."""

    address: Address
    pool: str | None
    keys: tuple[str, ...]
    services: tuple[Service, ...]

    @property
    def shared(self) -> bool:
        """Whether two or more Services are on it."""
        return len(self.services) > 1


@frozen
class Inventory:
    """All LoadBalancer Services: on their addresses, waiting for one, or left to others."""

    groups: tuple[AddressGroup, ...]
    pending: tuple[Service, ...]
    not_handled: tuple[Service, ...]


def take(services: Iterable[Service], views: Sequence[State]) -> Inventory:
    """The inventory, each part sorted: addresses by number, IPv4 first, Services by name."""
    groups: dict[Address, list[Service]] = {}
    pending: list[Service] = []
    not_handled: list[Service] = []
    for service in sorted(services, key=lambda one: one.name):
        if service.type != "LoadBalancer":
            continue
        addresses = status_addresses(service)
        if addresses:
            for address in addresses:
                groups.setdefault(address, []).append(service)
        elif state_for(views, service) is None:
            not_handled.append(service)
        else:
            pending.append(service)
    return Inventory(
        groups=tuple(_group(address, groups[address], views) for address in sorted(groups)),
        pending=tuple(pending),
        not_handled=tuple(not_handled),
    )


def key_of(service: Service, views: Sequence[State]) -> str:
    """The sharing key in force, by the version of the MetalLB that handles the Service."""
    return sharing_key(service, version_for(service, views))


def version_for(service: Service, views: Sequence[State]) -> Version:
    """The version of the MetalLB that handles the Service; the newest known one where none does."""
    state = state_for(views, service)
    version = state.version if state else parse_version(NEWEST_KNOWN)
    assert version is not None  # NEWEST_KNOWN is a version
    return version


def in_scope(group: AddressGroup, names: Set[ServiceName]) -> bool:
    """Whether one of these Services is on the address; a group is shown whole or not at all."""
    return any(service.name in names for service in group.services)


def _group(address: Address, services: list[Service], views: Sequence[State]) -> AddressGroup:
    owners = (view.pools.containing(address) for view in views)
    pool = next((owner.name for owner in owners if owner is not None), None)
    keys = sorted({key for service in services if (key := key_of(service, views))})
    return AddressGroup(address=address, pool=pool, keys=tuple(keys), services=tuple(services))
