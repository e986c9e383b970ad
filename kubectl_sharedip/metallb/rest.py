"""Which Services a look may change.

All others are at rest: they hold what they ask for, the rules let them, and they let nobody onto
their address who could make them lose it. So what becomes of the others never concerns them, and
following a cluster costs what is not at rest in it.
"""

from __future__ import annotations

from kubectl_sharedip.metallb.converge import Step, converge
from kubectl_sharedip.metallb.outcomes import Assigned
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service


def unrested(state: State) -> frozenset[ServiceName]:
    """The Services at which a look may change something: they wait, or are not at rest.

    One sweep over all Services; the answer holds for every future of this state until its pools
    change or the controller starts anew, beside the Services that are edited in it.
    """
    return frozenset(name for name, service in state.services.items() if _may_change(state, service))


def lacks_something(state: State, service: Service) -> bool:
    """Whether it would take what others give back: it waits, or has one family and wants two."""
    if service.type != "LoadBalancer":
        return False
    return not service.ingress or _may_be_given_more(state, service)


def _may_change(state: State, service: Service) -> bool:
    if service.type != "LoadBalancer":
        return bool(service.ingress) or state.ledger.allocation(service.name) is not None
    if lacks_something(state, service):
        return True
    steps = converge(state, service, explained=False)
    return len(steps) > 1 or not _stays(steps[0], service)


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
