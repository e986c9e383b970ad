"""Whose turn in a pass may come at any time: the order then need not be followed.

Two Services that wait do not concern each other where they may share an address, or ask for
different ones. For either each address is then as good with the other on it as without: it may join
where the other is, and the pools take no count of who is there. One that stands so to all others of
its group ends the same wherever its turn comes, and so do they. Refuses to judge a Service that holds
an address or shows one: it may give that back.
"""

from __future__ import annotations

from collections.abc import Collection

from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import Terms, may_share, terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName


def orderless(state: State, names: Collection[ServiceName]) -> frozenset[ServiceName]:
    """Those of the Services, none of which holds an address, that concern none of the others."""
    terms = {name: terms_of(state.services[name], state.version) for name in names}
    reach = {name: _asked_for(state, name) for name in names}
    anywhere = frozenset(name for name in names if not reach[name])
    at: dict[Address, set[ServiceName]] = {}
    for name, addresses in reach.items():
        for address in addresses:
            at.setdefault(address, set()).add(name)

    def met_by(name: ServiceName) -> Collection[ServiceName]:
        return anywhere.union(*(at[address] for address in reach[name])) if reach[name] else names

    return frozenset(name for name in names if _concerns_none(name, met_by(name), terms))


def _concerns_none(name: ServiceName, met: Collection[ServiceName], terms: dict[ServiceName, Terms]) -> bool:
    return all(other == name or may_share(terms[name], terms[other]) for other in met)


def _asked_for(state: State, name: ServiceName) -> tuple[Address, ...]:
    """The only addresses that the Service can come to; none where it may come to any."""
    service = state.services[name]
    request = requested(service, state.version)
    return request.addresses if isinstance(request, Request) and not service.ingress else ()
