"""One full pass: MetalLB looks at all Services, one after the other.

Those with most addresses come first; among equals the order is chance, so all orders are followed
that can end differently. Source: ``internal/k8s/controllers/service_controller_reload.go``.

Only the Services are looked at that wait or are not at rest (``Walk.waiting``, and some of those have
come to rest since): the rules let nobody onto the address of a Service at rest who would make it
lose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kubectl_sharedip.metallb.looks import MOST_ENDS, Look, Walk, identity, look
from kubectl_sharedip.metallb.orderless import orderless
from kubectl_sharedip.metallb.rest import lacks_something, plainly_rests
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName

_MOST_MOVES = 256  # of so many in one group there are far more orders than can be followed

Groups = tuple[frozenset[ServiceName], ...]


@frozen
class PassEnd:
    """What a pass came to.

    ``again`` says that it is repeated. ``owed`` are Services whose status was written and which
    still lack something: the event of that write brings each of them one look more.
    """

    state: State
    again: bool
    owed: frozenset[ServiceName]


@frozen
class _Node(PassEnd):
    """A point inside a pass.

    ``groups`` are the Services still to come, group by group. Those in ``idle`` could have had
    their turn already: at some point before this one a look at them changed nothing.
    """

    groups: Groups
    idle: frozenset[ServiceName]


def _groups(walk: Walk, state: State) -> Groups:
    """The Services of a pass in MetalLB's order; inside a group any order may come."""
    there = (service for service in map(state.services.get, walk.waiting) if service is not None)
    coming = [service for service in there if not plainly_rests(state, service)]
    if not state.version.assigned_first:
        return _put(frozenset(service.name for service in coming), ())
    sizes: dict[int, set[ServiceName]] = {}
    for service in coming:
        sizes.setdefault(len(service.ingress), set()).add(service.name)
    return tuple(frozenset(sizes[size]) for size in sorted(sizes, reverse=True))


def one_pass(walk: Walk, state: State) -> tuple[PassEnd, ...]:
    """Every way in which one pass may end."""
    ends: dict[object, PassEnd] = {}
    seen: set[object] = set()
    none: frozenset[ServiceName] = frozenset()
    ahead = [_Node(state=state, groups=_groups(walk, state), idle=none, again=False, owed=none)]
    while ahead:
        node = ahead.pop()
        key = (identity(node.state), node.groups, node.idle, node.again, node.owed)
        if key in seen:
            continue
        seen.add(key)
        onward = list(_onward(walk, node)) if node.groups and not walk.tired else []
        if onward:
            ahead.extend(onward)
            continue
        end = _straight(walk, node)
        ends.setdefault((identity(end.state), end.again, end.owed), end)
        walk.complete = walk.complete and not node.groups
        if ahead and (walk.tired or len(ends) > MOST_ENDS):
            walk.complete = False
            break
    return tuple(ends.values())


def _onward(walk: Walk, node: _Node) -> Iterator[_Node]:
    """The points after the next Service of the group has had its turn, whichever that is."""
    state, first, rest = node.state, node.groups[0], node.groups[1:]
    moves: dict[ServiceName, tuple[Look, ...]] = {}
    for name in sorted(first):
        ways = ways_on(walk, state, name)
        if ways:
            moves[name] = ways
        if len(moves) > _MOST_MOVES:
            walk.give_up()
            return
    if all(state.ledger.allocation(name) is None for name in first):
        # Nobody here has an address to give back, so what is refused now stays refused, whatever
        # comes before it: the turn of those does not matter.
        first = frozenset(moves)
        # Where there are several ways each gives it an address.
        refused = {name: way for name, (way, *_) in moves.items() if not _books(state, way)}
        if refused:
            for name, way in refused.items():
                state = state.with_service(way.state.services[name])
            groups = _put(first.difference(refused), rest)
            yield replace(node, state=state, groups=groups, owed=node.owed.union(refused))
            return
        free = [name for name in sorted(orderless(state, moves)) if len(moves[name]) == 1]
        if free and node.idle.isdisjoint(moves):
            yield _turns(walk, node, free, _put(first.difference(free), rest))
            return
    if not moves:
        yield replace(node, groups=rest, idle=frozenset())
    idle = node.idle | first.difference(moves)
    for name, ways in moves.items():
        left = first - {name}
        groups = _put(left, rest)
        if name in node.idle:
            yield replace(node, groups=groups, idle=idle & left)
        for way in ways:
            yield _Node(
                state=way.state,
                groups=groups,
                idle=idle & left,
                again=node.again or way.wakes,
                owed=owed_after(node.owed, state, way, name),
            )


def _turns(walk: Walk, node: _Node, names: Iterable[ServiceName], groups: Groups) -> _Node:
    """The point after the turns of these, one after the other, each in the first of its ways."""
    state, again, owed = node.state, node.again, node.owed
    for name in names:
        way, *_ = look(walk, state, name)
        owed = owed_after(owed, state, way, name)
        state, again = way.state, again or way.wakes
    return replace(node, state=state, groups=groups, again=again, owed=owed)


def _put(first: frozenset[ServiceName], rest: Groups) -> Groups:
    return (first, *rest) if first else rest


def _books(before: State, way: Look) -> bool:
    """Whether the look changed who holds what; nothing else wakes the others."""
    return identity(way.state) != identity(before)


def ways_on(walk: Walk, state: State, name: ServiceName) -> tuple[Look, ...]:
    """Every way in which a look at the Service may end; none where it changes nothing in any of them."""
    ways = look(walk, state, name)
    return ways if any(_changes(state, way, name) for way in ways) else ()


def _changes(before: State, way: Look, name: ServiceName) -> bool:
    return _books(before, way) or way.state.services[name] is not before.services[name]


def owed_after(
    owed: frozenset[ServiceName], before: State, way: Look, name: ServiceName
) -> frozenset[ServiceName]:
    """Those to whom a look is owed after this one; one that is at rest needs none."""
    after = way.state.services[name]
    if after.ingress == before.services[name].ingress or not lacks_something(way.state, after):
        return owed
    return owed | {name}


def _straight(walk: Walk, node: _Node) -> PassEnd:
    """One of the ways from here to the end of the pass."""
    left = [name for group in node.groups for name in sorted(group)]
    end = _turns(walk, node, left, ())
    return PassEnd(state=end.state, again=end.again, owed=end.owed)
