"""The plan for a goal: every way weighed, the cheapest that needs no further leave chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kubectl_sharedip.metallb.annotations import REQUESTED_POOL
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import NO_COST, Blocked, Cost, Edit, Goal, Plan, Way
from kubectl_sharedip.plan.consent import consented
from kubectl_sharedip.plan.goals import holds, leaves_nobody_out, reached
from kubectl_sharedip.plan.impact import weigh
from kubectl_sharedip.plan.others import one_of_several, other_goals
from kubectl_sharedip.plan.price import price_of, renames
from kubectl_sharedip.plan.propose import candidates
from kubectl_sharedip.plan.relied_on import rests_on
from kubectl_sharedip.plan.simulate import simulate


def make_plan(
    state: State,
    goal: Goal,
    allowed: Collection[Allowance],
    *,
    unseen: bool,
    waiting: frozenset[ServiceName] | None = None,
    named: Collection[ServiceName] = (),
    announcing: Announcing | None = None,
) -> Plan:
    """The plan for one Service.

    Arguments: the view of the MetalLB that handles it; the goal; the allowances given;
    ``unseen``: whether there are Services that could not be read; ``waiting``: what ``unrested``
    gives for the state, where it is known already (one sweep serves many plans); ``named``: Services
    that were named beside it; ``announcing``: as for ``weigh``.
    Where no way may be gone under these allowances, none is chosen and all are listed.
    """
    if holds(state, state, goal):
        return Plan(goal=goal, chosen=nothing_for(goal), ways=(), blocked=(), relied_on=())
    known = unrested(state) if waiting is None else waiting

    def ways_to(one: Goal) -> tuple[Way, ...]:
        return _ways(state, one, known, unseen=unseen, named=named, announcing=announcing)

    ways = ways_to(goal)
    usable = [way for way in ways if set(way.needs) <= set(allowed)]
    if usable:
        chosen = usable[0]
        rest = tuple(way for way in ways if way is not chosen)
        return Plan(goal=goal, chosen=chosen, ways=rest, blocked=(), relied_on=rests_on(state, chosen))
    ways = (*ways, *one_of_several(state, goal, ways_to))
    if not ways:
        ways = tuple(other_goals(state, goal, ways_to))
    return Plan(goal=goal, chosen=None, ways=ways, blocked=(), relied_on=())


def no_plan(goal: Goal, code: str) -> Plan:
    """The answer for a Service that no edit of it can help: the finding that says why."""
    blocked = (Blocked(code=code, service=goal.service),)
    return Plan(goal=goal, chosen=None, ways=(), blocked=blocked, relied_on=())


def nothing_for(goal: Goal) -> Way:
    """The way that is none: nothing has to be done."""
    return Way(goal=goal, edits=(), effects=(), joins=(), needs=(), cost=NO_COST, losses=())


def _ways(
    state: State,
    goal: Goal,
    waiting: frozenset[ServiceName],
    *,
    unseen: bool,
    named: Collection[ServiceName],
    announcing: Announcing | None,
) -> tuple[Way, ...]:
    """The ways that may be chosen under some leave, the cheapest first.

    What edits little is followed first: a way that was found rules out all that could only cost more.
    """
    priced = [
        (price_of(state, candidate.changed, [goal], unseen=unseen, named=named), number, candidate)
        for number, candidate in enumerate(candidates(state, state.services[goal.service], goal))
    ]
    found: dict[int, Way] = {}
    for price, number, candidate in sorted(priced, key=lambda one: (one[0].cost, one[1])):
        if any(price.is_beaten_by(way) for way in found.values()):
            continue
        trial = simulate(state, candidate.changed, goal, waiting)
        settled = trial.settled
        if not (trial.changed and reached(state, settled, goal)):
            continue
        if leaves_nobody_out(state, settled, waiting) and consented(state, settled.ends, [goal]):
            found[number] = weigh(state, trial, [goal], unseen=unseen, named=named, announcing=announcing)
    return _undominated((way for _, way in sorted(found.items())), state.version)


def _undominated(ways: Iterable[Way], version: Version) -> tuple[Way, ...]:
    """The ways that may be chosen under some leave, the cheapest first.

    Under the leave that a way needs, a cheaper one that needs no more is chosen in its stead, so its
    command would do something else. Giving up one's own pin stays beside moving somebody else: who
    loses is for a person to choose.
    """
    kept: list[Way] = []
    for way in sorted(ways, key=lambda way: _place(way, version)):
        if not any(set(cheaper.needs) <= set(way.needs) for cheaper in kept):
            kept.append(way)
    return tuple(kept)


def _place(way: Way, version: Version) -> tuple[Cost, int, int, int, list[object]]:
    """Cheaper first; of two that cost the same the one that needs less leave, then that which says less.

    To wake MetalLB up means nothing, where any other edit would do the same by accident; and a slip
    that is mended leaves nothing behind that misleads.
    """
    meant = sum(not edit.wakes_only for edit in way.edits)
    mended = sum(renames(edit, version) + _names_another_pool(edit) for edit in way.edits)
    paths: list[object] = [(edit.service, edit.operations[0].path) for edit in way.edits]
    return way.cost, len(way.needs), meant, -mended, paths


def _names_another_pool(edit: Edit) -> bool:
    """Whether a requested pool is called by another name, rather than given up."""
    return any(o.was and o.value and o.path[-1].endswith(f"/{REQUESTED_POOL}") for o in edit.operations)
