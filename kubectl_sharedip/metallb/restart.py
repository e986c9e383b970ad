"""A restart of MetalLB's controller: its books are empty, and every Service claims what it shows.

Source: ``internal/k8s/controllers/service_controller_reload.go`` (reprocessAll at start),
``controller/main.go``. Where all claims agree nothing can go wrong. Where one Service does not get
back what it shows, it may be given an address whose holder has not had its turn yet; all who can
be drawn in so have to be followed.
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.metallb.ledger import Ledger
from kubectl_sharedip.metallb.order import general, kept_for
from kubectl_sharedip.metallb.pools import AcceptedPools, Pool
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.rest import unrested
from kubectl_sharedip.metallb.state import State, claims, handled_by, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service


def restarted(state: State) -> tuple[State, frozenset[ServiceName]]:
    """The state in which the first pass begins, and the Services at which it has to look.

    The others have claimed their addresses already in it, which nobody disputes. While the pools
    are rejected no Service is looked at, and none of them is given.
    """
    services = {n: s for n, s in state.services.items() if handled_by(state.installation, s)}
    pools = AcceptedPools({}) if state.faults else state.postponed or state.pools
    ledger = Ledger(claims(services.values(), pools, state.version))
    known = replace(state, services=services, pools=pools, postponed=None, ledger=ledger)
    if known.blind:
        return known, frozenset()
    waiting = unrested(known)
    drawn_in = _drawn_in(known, waiting)
    kept = [one for one in ledger.allocations() if one.terms.service not in drawn_in]
    return replace(known, ledger=Ledger(kept)), waiting | drawn_in


def _drawn_in(state: State, waiting: frozenset[ServiceName]) -> frozenset[ServiceName]:
    """The Services that may come too late for the address that they show.

    Those that wait without an address take one only after all claims, where the pass keeps to
    that order.
    """
    drawn_in: set[ServiceName] = set()
    early = state.version.assigned_first
    ahead = [name for name in waiting if not early or status_addresses(state.services[name])]
    while ahead:
        name = ahead.pop()
        if name in drawn_in:
            continue
        drawn_in.add(name)
        service = state.services[name]
        wanted = {*status_addresses(service), *_asked(state, service)}
        for range_ in (range_ for pool in _drawn_from(state, service) for range_ in pool.ranges):
            wanted.update(state.ledger.used(range_))
        ahead.extend(holder for address in wanted for holder in state.ledger.holders(address))
    return frozenset(drawn_in)


def _asked(state: State, service: Service) -> tuple[Address, ...]:
    request = requested(service, state.version)
    return request.addresses if isinstance(request, Request) else ()


def _drawn_from(state: State, service: Service) -> tuple[Pool, ...]:
    """The pools in which MetalLB may look for an address for the Service."""
    request = requested(service, state.version)
    if not isinstance(request, Request) or request.addresses:
        owner = state.pools.owner(status_addresses(service))
        return (owner,) if owner is not None else ()  # asked for the second family, at most
    if request.pool_name:
        pool = state.pools.by_name.get(request.pool_name)
        return (pool,) if pool is not None else ()
    return (*general(state), *(pool for order in kept_for(state, service) for pool in order))
