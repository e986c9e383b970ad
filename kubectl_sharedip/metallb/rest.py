"""Which Services a look may change.

All others are at rest: they hold what they ask for, the rules let them, and they let nobody onto
their address who could make them lose it. So what becomes of the others never concerns them, and
following a cluster costs what is not at rest in it.
"""

from __future__ import annotations

from collections.abc import Set

from kubectl_sharedip.metallb.annotations import REQUESTED_ADDRESSES, REQUESTED_POOL, value_in_force
from kubectl_sharedip.metallb.decide import Step, converge
from kubectl_sharedip.metallb.outcomes import Assigned
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.room import at_peace, may_join
from kubectl_sharedip.metallb.sharing import still_brings
from kubectl_sharedip.metallb.state import State, handled_by, status_addresses
from kubectl_sharedip.metallb.steps import keeping
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service

_NOT_KNOWN: frozenset[Address] = frozenset()


def unrested(state: State) -> frozenset[ServiceName]:
    """The Services at which a look may change something: they wait, or are not at rest.

    One sweep over all Services; the answer holds for every future of this state until its pools
    change or the controller starts anew, beside the Services that are edited in it.
    """
    plain = plainly_resting(state)
    return frozenset(
        name for name, service in state.services.items() if name not in plain and may_change(state, service)
    )


@once
def plainly_resting(state: State) -> frozenset[ServiceName]:
    """The LoadBalancer Services that plainly rest: one sweep, for whoever asks about many."""
    peaceful = at_peace(state)
    return frozenset(
        name
        for name, service in state.services.items()
        if service.type == "LoadBalancer" and plainly_rests(state, service, peaceful)
    )


def lacks_something(state: State, service: Service) -> bool:
    """Whether it would take what others give back: it waits, or has one family and wants two."""
    if service.type != "LoadBalancer":
        return False
    return not service.ingress or _may_be_given_more(state, service)


def may_change(state: State, service: Service) -> bool:
    """Whether a look at this one Service may change something."""
    if service.type != "LoadBalancer":
        return bool(service.ingress) or state.ledger.allocation(service.name) is not None
    if plainly_rests(state, service):
        return False
    if lacks_something(state, service):
        return True
    # Where there are several ways it is given an address anew in each, and keeps its own in none.
    step, *_ = converge(state, service, explained=False)
    return not _stays(step, service)


def plainly_rests(state: State, service: Service, peaceful: Set[Address] = _NOT_KNOWN) -> bool:
    """Whether it is one of the many that ask for no other address and may stay where they are.

    Most Services of a cluster have one clusterIP and one IPv4 address, and ask for nothing or for that.
    For those a look comes down to the pool and the sharers, which costs a tenth of deciding it. Who asks
    of many gives ``peaceful``, the addresses of ``at_peace``; of others the sharers are looked at. False
    says nothing: it has to be decided.
    """
    if len(service.ingress) != 1 or len(service.cluster_ips) != 1:
        return False
    if service.ip_family_policy not in (None, "SingleStack"):
        return False
    (shown,), (text,) = service.ingress, service.cluster_ips
    cluster_ip, address = parse_address(text), parse_address(shown.ip)
    allocation = state.ledger.allocation(service.name)
    if shown.hostname or ":" in shown.ip or address is None or allocation is None or cluster_ip is None:
        return False
    pool = state.pools.owner((address,))
    if pool is None or pool.audience is not None or cluster_ip.family != address.family:
        return False
    if not _asks_for_no_other(state, service, address, pool):
        return False
    known = allocation.addresses == (address,) and still_brings(service, allocation.terms, state.version)
    return known and (address in peaceful or may_join(state, address, allocation.terms))


def resting(state: State, service: Service, plain: Set[ServiceName] | None = None) -> Assigned | None:
    """What ``decide`` says of a Service that plainly rests, None of any other.

    Who asks about many gives ``plain``, those of ``plainly_resting``.
    """
    ours = service.type == "LoadBalancer" and handled_by(state.installation, service) and not state.blind
    if plain is not None and state.services.get(service.name) is service:
        rests = service.name in plain
    else:
        rests = ours and plainly_rests(state, service)
    if not ours or not rests:
        return None
    addresses = status_addresses(service)
    pool = state.pools.owner(addresses)
    return keeping(service, addresses, pool.name) if pool else None


def _asks_for_no_other(state: State, service: Service, address: Address, pool: Pool) -> bool:
    """Whether it plainly asks for nothing, or for this one address of this pool."""
    wanted = value_in_force(service, REQUESTED_ADDRESSES, state.version)
    if wanted and service.load_balancer_ip:
        return False
    wanted = wanted or service.load_balancer_ip
    if wanted and parse_address(wanted) != address:
        return False
    return value_in_force(service, REQUESTED_POOL, state.version) in ("", pool.name)


def _may_be_given_more(state: State, service: Service) -> bool:
    """Under PreferDualStack it asks for the second family at every look."""
    addresses = status_addresses(service)
    if service.ip_family_policy != "PreferDualStack" or len(addresses) != 1:
        return False
    owner = state.pools.owner(addresses)
    return owner is None or len(owner.families) > 1


def _stays(step: Step, service: Service) -> bool:
    # One that is given its own address anew would be given a lower one, were it free.
    kept = isinstance(step.outcome, Assigned) and step.outcome.way == "kept"
    return kept and step.service.ingress == service.ingress
