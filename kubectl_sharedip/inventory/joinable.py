"""Which addresses another Service could join, by what its holders have in common.

Asked before there is such a Service: of a list of ports alone it is not known under which policy it will
be, so what the holders demand is told with each address.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.inventory.room import FAMILIES, Held, PoolRoom
from kubectl_sharedip.metallb.families import IPFamily, family_in
from kubectl_sharedip.metallb.pools import is_for
from kubectl_sharedip.metallb.sharing import Terms, terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service, ServicePort


@frozen
class Newcomer:
    """Who wants to join: its ports, and its key, None where it would take any.

    ``service`` is the Service of a manifest, None for a bare list of ports.
    """

    ports: tuple[ServicePort, ...]
    key: str | None
    service: Service | None = None


@frozen
class Joinable:
    """An address that can be joined under this key.

    ``policy`` is the externalTrafficPolicy that it takes, Cluster or Local; under Local ``selector``
    is the one to have (``k=v`` pairs, sorted), empty under Cluster.
    """

    address: Address
    key: str
    policy: str
    selector: str
    services: tuple[ServiceName, ...]


def joinable(room: PoolRoom, newcomer: Newcomer) -> tuple[Joinable, ...]:
    """The addresses of the pool that MetalLB would let it join, ascending; none that nobody holds."""
    state, service = room.state, newcomer.service
    if state is None:
        return ()
    numbers = families_for(room, newcomer)
    held = tuple(one for one in room.held if one.address.family in numbers)
    return tuple(_found(state, held, newcomer, None if service is None else terms_of(service, state.version)))


def families_for(room: PoolRoom, newcomer: Newcomer) -> tuple[int, ...]:
    """The IP families (4, 6) of which it may have addresses of this pool; both for a bare list of ports."""
    state, pool, service = room.state, room.pool, newcomer.service
    if state is None or pool is None:
        return ()
    if service is None:
        return FAMILIES
    handled = (service.load_balancer_class or None) == state.installation.lb_class
    if not handled or service.type != "LoadBalancer" or not is_for(pool, service):
        return ()
    family = family_in(service, state.version)
    return family.numbers if isinstance(family, IPFamily) else ()


def _found(
    state: State, held: tuple[Held, ...], newcomer: Newcomer, mine: Terms | None
) -> Iterator[Joinable]:
    for one in held:
        names = [name for name in one.services if mine is None or name != mine.service]
        terms = [found.terms for name in names if (found := state.ledger.allocation(name)) is not None]
        if not terms or not _alike(terms) or not _lets_in(terms, newcomer, mine):
            continue
        selector = terms[0].backend_key
        yield Joinable(
            address=one.address,
            key=terms[0].sharing_key,
            policy="Local" if selector else "Cluster",
            selector=selector,
            services=tuple(names),
        )


def _alike(terms: list[Terms]) -> bool:
    """Whether who is on the address shares it by the rules; nobody joins a group that does not."""
    return len({(one.sharing_key, one.backend_key) for one in terms}) == 1


def _lets_in(terms: list[Terms], newcomer: Newcomer, mine: Terms | None) -> bool:
    key = newcomer.key if newcomer.key is not None else (mine.sharing_key or None) if mine else None
    taken = {port for one in terms for port in one.ports}
    return (
        bool(terms[0].sharing_key)
        and key in (None, terms[0].sharing_key)
        and (mine is None or mine.backend_key == terms[0].backend_key)
        and not taken.intersection(newcomer.ports)
    )
