"""Every way in which a tiny cluster may go, tried out one by one.

It shares the single look (converge) with the model and nothing else: no Service is left out, all
orders of a pass are taken, and the looks that follow a status write come in any order among the
rest. Far too slow for more than a handful of Services, which is what makes it easy to believe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from kubectl_sharedip.metallb.decide import converge
from kubectl_sharedip.metallb.ledger import Ledger
from kubectl_sharedip.metallb.pools import AcceptedPools
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName

Held = tuple[tuple[str, tuple[str, ...]], ...]
MOST_POINTS = 30_000


class TooMany(Exception):
    """The cluster is not tiny enough."""


@dataclass(frozen=True)
class Point:
    """One moment: what MetalLB has still to do, and where it is in a pass."""

    state: State
    singles: frozenset[ServiceName]
    pass_due: bool
    left: tuple[frozenset[ServiceName], ...] = ()  # of the pass that runs, group by group
    again: bool = False

    @property
    def key(self) -> object:
        books = frozenset((a.terms, a.addresses, a.pool) for a in self.state.ledger.allocations())
        shown = frozenset((n, s.ingress) for n, s in self.state.services.items())
        return books, shown, self.singles, self.pass_due, self.left, self.again


def every_end(state: State, singles: set[ServiceName], pass_due: bool) -> set[Held] | None:
    """What all Services may show when nothing is left to do; None where it never comes to that."""
    ends: set[Held] = set()
    ahead = [Point(state, frozenset(singles), pass_due)]
    seen = {ahead[0].key}
    while ahead:
        point = ahead.pop()
        if not (point.singles or point.pass_due or point.left):
            ends.add(shown(point.state))
            continue
        for after in _onward(point):
            if after.key not in seen:
                seen.add(after.key)
                ahead.append(after)
        if len(seen) > MOST_POINTS:
            raise TooMany
    return ends or None


def shown(state: State) -> Held:
    """The addresses in every status."""
    return tuple(
        sorted((str(name), tuple(entry.ip for entry in one.ingress)) for name, one in state.services.items())
    )


def _onward(point: Point) -> Iterator[Point]:
    if point.left:
        group, rest = point.left[0], point.left[1:]
        for name in group:
            left = (group - {name}, *rest) if len(group) > 1 else rest
            for state, wakes, wrote in _look(point.state, name):
                again = point.again or wakes
                singles = point.singles | {name} if wrote else point.singles
                over = not left
                yield Point(
                    state, singles, point.pass_due or (over and again), left, again=again and not over
                )
        return
    if point.pass_due:
        first = point.state.version.assigned_first
        size = {n: len(s.ingress) if first else 0 for n, s in point.state.services.items()}
        names = sorted(size, key=lambda name: -size[name])
        groups = tuple(frozenset(group) for _, group in groupby(names, key=lambda name: size[name]))
        yield Point(point.state, point.singles, False, groups)
    for name in point.singles:
        for state, wakes, wrote in _look(point.state, name):
            singles = point.singles if wrote else point.singles - {name}
            yield Point(state, singles, point.pass_due or wakes)


def _look(state: State, name: ServiceName) -> Iterator[tuple[State, bool, bool]]:
    """The state after a look, whether all are looked at for it, and whether the status changed."""
    service = state.services[name]
    before = state.ledger.allocation(name)
    for step in converge(state, service):
        after = step.ledger.allocation(name)
        keys = [a.terms.backend_key + a.terms.sharing_key if a else "" for a in (before, after)]
        wakes = state.version >= type(state.version)(0, 15, 0) and keys[0] != keys[1]
        lost = before is not None and after is None and state.pools.owner(before.addresses) is not None
        if lost and (step.service != service or not state.version.assigned_first):
            wakes = True
        services = {**state.services, name: step.service}
        wrote = step.service.ingress != service.ingress
        # The books are made anew, so that no fault of the persistent ones goes unseen.
        ledger = Ledger(step.ledger.allocations())
        yield replace(state, services=services, ledger=ledger), wakes, wrote


def with_empty_books(state: State) -> State:
    """The state of a controller that has only begun."""
    return replace(state, ledger=Ledger())


def with_pools(state: State, pools: AcceptedPools) -> State:
    """The state after these pools are loaded: who is in none of them is forgotten."""
    kept = []
    for allocation in state.ledger.allocations():
        owner = pools.owner(allocation.addresses)
        if owner is not None:
            kept.append(replace(allocation, pool=owner.name))
    return replace(state, pools=pools, ledger=Ledger(kept))
