"""Plans that are gone together: each made on what those before it leave behind.

Whoever has a plan keeps it only where nothing that an earlier one promised is broken by it. At last
all edits are followed once more from the start, as one: what that shows is what is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.looks import MOST_ENDS, identity
from kubectl_sharedip.metallb.settle import Settled, settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.edited import edited
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Goal, Plan, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.consent import consented
from kubectl_sharedip.plan.goals import leaves_nobody_out, reached
from kubectl_sharedip.plan.impact import weigh
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.relied_on import rests_on
from kubectl_sharedip.plan.simulate import Trial, played


@frozen
class Joint:
    """A plan for each goal, in the order of the goals, and the one way that does all that are chosen.

    ``way`` is None where nothing has to be done, or nothing may be.
    """

    plans: tuple[Plan, ...]
    way: Way | None
    relied_on: tuple[Fact, ...]


def make_joint(
    state: State,
    goals: Sequence[Goal],
    allowed: Collection[Allowance],
    *,
    unseen: bool,
    announcing: Announcing | None = None,
) -> Joint:
    """The plans for these goals, none of which breaks what another promises.

    Arguments as of ``make_plan``; the goals are of different Services.
    """
    waiting = unrested(state)
    if len(goals) == 1:
        plan = make_plan(state, goals[0], allowed, unseen=unseen, waiting=waiting, announcing=announcing)
        acts = plan.chosen is not None and bool(plan.chosen.edits)
        return Joint(plans=(plan,), way=plan.chosen if acts else None, relied_on=plan.relied_on)
    maker = _Maker(state, goals, frozenset(allowed), waiting, unseen=unseen, announcing=announcing)
    return maker.joint()


def edited_services(state: State, edits: Iterable[Edit]) -> tuple[Service, ...]:
    """Each edited Service as it is after its edit; several edits of one build on each other."""
    latest: dict[ServiceName, Service] = {}
    found = []
    for edit in edits:
        before = latest.get(edit.service) or state.services[edit.service]
        latest[edit.service] = edited(before, edit.operations)
        found.append(latest[edit.service])
    return tuple(found)


class _Maker:
    """How far the joint plan has come; every step is a value, and only a step that holds is kept."""

    def __init__(
        self,
        state: State,
        goals: Sequence[Goal],
        allowed: frozenset[Allowance],
        waiting: frozenset[ServiceName],
        *,
        unseen: bool,
        announcing: Announcing | None,
    ) -> None:
        self._state = state
        self._goals = goals
        self._allowed = allowed
        self._waiting = waiting
        self._unseen = unseen
        self._announcing = announcing
        self._done: list[Goal] = []
        self._edits: tuple[Edit, ...] = ()
        self._settled = Settled(ends=(state,), complete=True, restless=False)
        self._plans: dict[ServiceName, Plan] = {}

    def joint(self) -> Joint:
        """One Service after the other; who has no plan is asked again when the others have theirs."""
        left = list(self._goals)
        while left:
            still = [goal for goal in left if not self._planned(goal)]
            if len(still) == len(left):
                break
            left = still
        way = self._whole()
        plans = tuple(self._plans[goal.service] for goal in self._goals)
        if self._edits and way is None:
            plans = tuple(replace(plan, chosen=None, relied_on=()) for plan in plans)
        facts = () if way is None else rests_on(self._state, way)
        return Joint(plans=plans, way=way, relied_on=facts)

    def _planned(self, goal: Goal) -> bool:
        plan = make_plan(
            self._settled.ends[0],
            goal,
            self._allowed,
            unseen=self._unseen,
            waiting=self._waiting | {edit.service for edit in self._edits},
            named=[one.service for one in self._goals],
            announcing=self._announcing,
        )
        self._plans[goal.service] = plan
        if plan.chosen is None:
            return False
        edits = (*self._edits, *plan.chosen.edits)
        done = [*self._done, goal]
        settled = self._after(plan.chosen.edits)
        trial = Trial(changed=edited_services(self._state, edits), settled=settled)
        if self._may_be_gone(trial, done) is None:
            ways = (plan.chosen, *plan.ways) if plan.chosen.edits else plan.ways
            self._plans[goal.service] = replace(plan, chosen=None, ways=ways, relied_on=())
            return False
        self._edits, self._done, self._settled = edits, done, settled
        return True

    def _after(self, edits: tuple[Edit, ...]) -> Settled:
        """The ends after these edits too, from every end so far."""
        if not edits:
            return self._settled
        services = edited_services(self._state, (*self._edits, *edits))[len(self._edits) :]
        steps = [ServiceEdit(service=service) for service in services]
        waiting = self._waiting | {edit.service for edit in self._edits}
        found: dict[object, State] = {}
        complete, restless = self._settled.complete, self._settled.restless
        for end in self._settled.ends:
            settled = settle(end, steps, waiting)
            complete, restless = complete and settled.complete, restless or settled.restless
            found.update((identity(one), one) for one in settled.ends)
        ends = tuple(found.values())[:MOST_ENDS]
        return Settled(ends=ends, complete=complete and len(found) <= MOST_ENDS, restless=restless)

    def _whole(self) -> Way | None:
        """All edits followed from the start, as one way; None where that is not what was promised."""
        if not self._edits:
            return None
        changed = edited_services(self._state, self._edits)
        return self._may_be_gone(played(self._state, changed, self._waiting), self._done)

    def _may_be_gone(self, trial: Trial, goals: Sequence[Goal]) -> Way | None:
        """The trial as a way, where it reaches all these goals and needs no further leave."""
        settled = trial.settled
        if not all(reached(self._state, settled, goal) for goal in goals):
            return None
        if not leaves_nobody_out(self._state, settled, self._waiting):
            return None
        if not consented(self._state, settled.ends, goals):
            return None
        named = [one.service for one in self._goals]
        way = weigh(self._state, trial, goals, unseen=self._unseen, named=named, announcing=self._announcing)
        return way if set(way.needs) <= self._allowed else None


def all_of(ways: Sequence[Way]) -> Way | None:
    """The ways of several MetalLBs as one; their Services have nothing to do with each other."""
    if len(ways) < 2:
        return ways[0] if ways else None
    first, *rest = ways
    for way in rest:
        first = replace(
            first,
            edits=(*first.edits, *way.edits),
            effects=tuple(sorted((*first.effects, *way.effects), key=lambda effect: effect.service)),
            losses=(*first.losses, *way.losses),
            needs=tuple(dict.fromkeys((*first.needs, *way.needs))),
        )
    return first
