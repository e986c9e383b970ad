"""MetalLB looks at all Services, and again until a pass is quiet.

Those with most addresses come first; among equals the order is chance, so all orders are followed
that can end differently. Source: ``internal/k8s/controllers/service_controller_reload.go``.

Only the Services are looked at that wait or are not at rest (``Walk.waiting``): the rules let
nobody onto the address of a Service at rest who would make it lose it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubectl_sharedip.metallb.looks import MOST_ENDS, Look, Walk, identity, look
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName

_MOST_PASSES = 256  # of those that differ; MetalLB goes on without end, each time later
_MOST_TIRED_PASSES = 12

Groups = tuple[frozenset[ServiceName], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A point inside a pass.

    ``groups`` are the Services still to come, group by group. Those in ``idle`` could have had
    their turn already: at some point before this one a look at them changed nothing.
    """

    state: State
    groups: Groups
    idle: frozenset[ServiceName]
    again: bool


def passes(walk: Walk, state: State) -> tuple[State, ...]:
    """Every state in which the passes may come to rest."""
    ends: dict[object, State] = {}
    begun: dict[object, State] = {}
    ahead = {identity(state): state}
    while ahead and len(begun) < (_MOST_TIRED_PASSES if walk.tired else _MOST_PASSES):
        after: dict[object, State] = {}
        for key, start in ahead.items():
            begun[key] = start
            for end in _one_pass(walk, start):
                where = identity(end.state)
                if not end.wakes:
                    ends.setdefault(where, end.state)
                elif where not in begun:
                    after.setdefault(where, end.state)
        ahead = after
    if ahead or not ends:
        walk.restless = True  # every pass brings the next one
    return tuple((ends or begun).values())


def _groups(walk: Walk, state: State) -> Groups:
    """The Services of a pass in MetalLB's order; inside a group any order may come."""
    sizes: dict[int, set[ServiceName]] = {}
    for name in walk.waiting:
        service = state.services.get(name)
        if service is not None:
            size = len(service.ingress) if state.version.assigned_first else 0
            sizes.setdefault(size, set()).add(name)
    return tuple(frozenset(sizes[size]) for size in sorted(sizes, reverse=True))


def _one_pass(walk: Walk, state: State) -> tuple[Look, ...]:
    """Every way in which one pass may end; ``wakes`` says that it is repeated."""
    ends: dict[object, Look] = {}
    seen: set[object] = set()
    ahead = [_Node(state=state, groups=_groups(walk, state), idle=frozenset(), again=False)]
    while ahead:
        node = ahead.pop()
        key = (identity(node.state), node.groups, node.idle, node.again)
        if key in seen:
            continue
        seen.add(key)
        if not node.groups:
            ends[(key[0], node.again)] = Look(state=node.state, wakes=node.again)
        elif walk.tired:
            end = _straight(walk, node)
            ends[(identity(end.state), end.wakes)] = end
        else:
            ahead.extend(_onward(walk, node))
            continue
        if ahead and (walk.tired or len(ends) > MOST_ENDS):
            walk.complete = False
            break
    return tuple(ends.values())


def _onward(walk: Walk, node: _Node) -> Iterator[_Node]:
    """The points after the next Service of the group has had its turn, whichever that is."""
    state, first, rest = node.state, node.groups[0], node.groups[1:]
    moves: dict[ServiceName, tuple[Look, ...]] = {}
    for name in sorted(first, reverse=True):  # the last one given is followed first
        ways = look(walk, state, name)
        if any(_changes(state, way, name) for way in ways):
            moves[name] = ways
    if all(state.ledger.allocation(name) is None for name in first):
        # Nobody here has an address to give back, so what is refused now stays refused, whatever
        # comes before it: the turn of those does not matter.
        first = frozenset(moves)
        refused = [name for name, ways in moves.items() if not any(_books(state, way) for way in ways)]
        if refused:
            for name in refused:
                state = state.with_service(moves[name][0].state.services[name])
            yield _Node(
                state=state, groups=_put(first.difference(refused), rest), idle=frozenset(), again=node.again
            )
            return
    if not moves:
        yield _Node(state=state, groups=rest, idle=frozenset(), again=node.again)
    idle = node.idle | first.difference(moves)
    for name, ways in moves.items():
        left = first - {name}
        if name in node.idle:
            yield _Node(state=state, groups=_put(left, rest), idle=idle & left, again=node.again)
        for way in ways:
            again = node.again or way.wakes
            yield _Node(state=way.state, groups=_put(left, rest), idle=idle & left, again=again)


def _put(first: frozenset[ServiceName], rest: Groups) -> Groups:
    return (first, *rest) if first else rest


def _books(before: State, way: Look) -> bool:
    """Whether the look changed who holds what, or wakes the others."""
    return way.wakes or identity(way.state) != identity(before)


def _changes(before: State, way: Look, name: ServiceName) -> bool:
    return _books(before, way) or way.state.services[name] is not before.services[name]


def _straight(walk: Walk, node: _Node) -> Look:
    """One of the ways from here to the end of the pass."""
    state, again = node.state, node.again
    for group in node.groups:
        for name in sorted(group):
            way = look(walk, state, name)[0]
            state, again = way.state, again or way.wakes
    return Look(state=state, wakes=again)
