"""MetalLB goes on until nothing is left to look at: passes, and looks that status writes bring.

Source: ``internal/k8s/controllers/service_controller_reload.go`` (a pass in which keys changed or
an address was lost is repeated), ``internal/k8s/controllers/service_controller.go`` (a written
status is an event, which brings a look at that Service). Which of these comes first is chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from kubectl_sharedip.metallb.looks import Look, Walk, identity
from kubectl_sharedip.metallb.passes import one_pass, owed_after, ways_on
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName

_MOST_POINTS = 1024
_MOST_TIRED_POINTS = 12
_MOST_POINTS_IN_ALL = 2048  # whoever has not come to rest by then is taken never to do so
_NOBODY: frozenset[ServiceName] = frozenset()


@frozen
class Work:
    """What is left to do in a state.

    A pass is ``due`` or not. ``owed`` are the Services that are still to be looked at by
    themselves; those in ``optional`` may have been looked at already without effect.
    """

    state: State
    due: bool
    owed: frozenset[ServiceName] = _NOBODY
    optional: frozenset[ServiceName] = _NOBODY

    @property
    def key(self) -> object:
        """What tells it apart."""
        return identity(self.state), self.due, self.owed, self.optional


def until_quiet(walk: Walk, work: Work) -> tuple[State, ...]:
    """Every state in which nothing is left to do."""
    ends: dict[object, State] = {}
    begun: dict[object, State] = {}
    ahead = deque([work])
    while ahead:
        enough = len(begun) >= (_MOST_TIRED_POINTS if walk.tired else _MOST_POINTS)
        if enough and (ends or len(begun) >= _MOST_POINTS_IN_ALL):
            break
        # Whoever has seen enough goes straight on to the nearest rest.
        here = ahead.pop() if enough else ahead.popleft()
        if here.key in begun:
            continue
        begun[here.key] = here.state
        after, at_rest = _next(walk, here)
        ahead.extend(after)
        if at_rest:
            ends.setdefault(identity(here.state), here.state)
    if ahead:
        walk.complete = False
    if ends:
        return tuple(ends.values())
    walk.restless = True  # all that is done brings more to do
    return tuple({identity(state): state for state in begun.values()}.values())


def _next(walk: Walk, here: Work) -> tuple[list[Work], bool]:
    """What may come next, and whether nothing need come any more."""
    moves = dict(_moves(walk, here))
    idle = here.owed.difference(moves)
    here = replace(here, owed=here.owed - idle, optional=here.optional | idle)
    after = [
        Work(
            state=way.state,
            due=here.due or way.wakes,
            owed=owed_after(here.owed - {name}, here.state, way, name),
            optional=here.optional - {name},
        )
        for name, ways in moves.items()
        for way in ways
    ]
    if here.due:
        after.extend(
            replace(here, state=end.state, due=end.again, owed=here.owed | end.owed)
            for end in one_pass(walk, here.state)
        )
    return after, not (here.due or here.owed)


def _moves(walk: Walk, here: Work) -> Iterator[tuple[ServiceName, tuple[Look, ...]]]:
    for name in sorted(here.owed | here.optional):
        if name in here.state.services:
            ways = ways_on(walk, here.state, name)
            if ways:
                yield name, ways
