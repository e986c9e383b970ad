"""A Service that never comes to rest: each look writes a status that brings the next look.

It happens under PreferDualStack with one clusterIP and a pool of both families: the second
address is added without a question for the clusterIPs, and then taken for the wrong family.
Source: ``controller/service.go`` (convergeBalancer), since 0.14.9; ``controller/main.go`` (SetBalancer).
"""

from __future__ import annotations

from kubectl_sharedip.metallb.looks import Walk, follow
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName


def recurring(state: State, name: ServiceName) -> tuple[tuple[Address, ...], ...]:
    """The lists of addresses between which its status goes back and forth for good, sorted.

    None where looking at it comes to an end. Others are taken as they stand in ``state``.
    """
    service = state.services[name]
    if service.ip_family_policy != "PreferDualStack" or len(service.cluster_ips) != 1:
        return ()  # there is no other way, and following it costs more than asking
    ends, passed = follow(Walk(frozenset()), state, name)
    if ends:
        return ()
    return tuple(sorted({status_addresses(one.state.services[name]) for one in passed}))
