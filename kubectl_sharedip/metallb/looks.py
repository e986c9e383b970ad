"""MetalLB looks at one Service, and again as long as its own status writes give something new.

Source: ``controller/main.go`` (SetBalancer). A look may end in several ways where a choice is
random, and may make MetalLB look at every other Service.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.metallb.decide import Step, converge
from kubectl_sharedip.metallb.ledger import Allocation
from kubectl_sharedip.metallb.state import State, handled_by
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service

MOST_ENDS = 64
MOST_LOOKS = 20_000  # a cluster that needs more is answered in part, and the answer says so


class Walk:
    """How far the futures of one state were followed, and at whom it is worth looking."""

    __slots__ = ("_gave_up", "complete", "looks", "restless", "waiting")

    def __init__(self, waiting: frozenset[ServiceName]) -> None:
        """Nothing followed yet; ``waiting`` are the Services at which a look may change something."""
        self.waiting = set(waiting)
        self.looks = 0
        self._gave_up = False
        self.complete = True
        self.restless = False

    @property
    def tired(self) -> bool:
        """Whether enough was looked at: from here on one way is followed instead of all."""
        return self._gave_up or self.looks > MOST_LOOKS

    def give_up(self) -> None:
        """Enough, whatever was looked at so far."""
        self._gave_up = True


@frozen
class Look:
    """What one look came to; ``wakes`` says that every Service is to be looked at again."""

    state: State
    wakes: bool


def identity(state: State) -> object:
    """What tells two futures of one state apart: the books, and the pools in force."""
    return state.ledger.fingerprint, id(state.pools)


def look(walk: Walk, state: State, name: ServiceName) -> tuple[Look, ...]:
    """Every way in which looking at the Service may end, in a fixed order.

    One that never comes to rest gives the states that it goes through.
    """
    ends, passed = follow(walk, state, name)
    return ends or passed


def follow(walk: Walk, state: State, name: ServiceName) -> tuple[tuple[Look, ...], tuple[Look, ...]]:
    """The ways that come to an end, and all that were passed on the way to one or to none."""
    ends: dict[object, Look] = {}
    seen: dict[object, Look] = {}
    ahead = deque([Look(state=state, wakes=False)])
    while ahead:
        here = ahead.popleft()
        for found, wrote in _once(here.state, name):
            walk.looks += 1
            after = Look(state=found.state, wakes=here.wakes or found.wakes)
            key = (identity(after.state), after.wakes)
            if not wrote:
                ends.setdefault(key, after)
            elif key not in seen:
                seen[key] = after
                ahead.append(after)
            else:
                walk.restless = True  # it goes back and forth, for a while at least
    return tuple(ends.values()), tuple(seen.values())


def _once(state: State, name: ServiceName) -> Iterator[tuple[Look, bool]]:
    """The ways of one look, each with whether the status was written (which brings the next)."""
    service = state.services[name]
    if not handled_by(state.installation, service):
        yield Look(state=state, wakes=False), False
        return
    for step in converge(state, service, explained=False):
        after = replace(state, ledger=step.ledger)
        if step.service is not service:
            after = after.with_service(step.service)
        yield (
            Look(state=after, wakes=_wakes_all(state, service, step)),
            step.service.ingress != service.ingress,
        )


def _wakes_all(state: State, service: Service, step: Step) -> bool:
    """Whether this look makes MetalLB look at every Service (SetBalancer)."""
    before = state.allocated(service.name)
    after = step.ledger.allocation(service.name)
    if state.version.key_change_wakes_all and _allocation_key(before) != _allocation_key(after):
        return True
    lost = before is not None and after is None
    if state.version.reassigns_orphans:
        lost = lost and step.service is not service  # it is asked only after something was to be written
    return lost and state.version.lost_address_wakes_all


def _allocation_key(allocation: Allocation | None) -> str:
    return "" if allocation is None else allocation.terms.backend_key + allocation.terms.sharing_key
