"""The plan for a goal: every way weighed, the cheapest that needs no further leave chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from kubectl_sharedip.metallb.facts import (
    address_fact,
    key_fact,
    policy_fact,
    port_fact,
    selector_fact,
    service_fact,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.settle import held_by, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Allowance, Blocked, Cost, Goal, Plan, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.impact import consented, weigh
from kubectl_sharedip.plan.propose import candidates, request_allows
from kubectl_sharedip.plan.simulate import reached, simulate

_MOST_PARTNERS = 5  # who could be joined in a full pool: more than these nobody reads
_NOTHING = Cost(
    live_addresses=0,
    left_pending=0,
    requests_given_up=0,
    others_edited=0,
    policies_changed=0,
    services_edited=0,
    fields_edited=0,
)


def make_plan(
    state: State,
    goal: Goal,
    allowed: Collection[Allowance],
    *,
    unseen: bool,
    waiting: frozenset[ServiceName] | None = None,
) -> Plan:
    """The plan for one Service.

    Arguments: the view of the MetalLB that handles it; the goal; the allowances given;
    ``unseen``: whether there are Services that could not be read; ``waiting``: what ``unrested``
    gives for the state, where it is known already (one sweep serves many plans). Where no way may be gone
    under these allowances, none is chosen and all are listed.
    """
    if _holds_already(state, goal):
        nothing = Way(goal=goal, edits=(), effects=(), joins=(), needs=(), cost=_NOTHING, losses=())
        return Plan(goal=goal, chosen=nothing, ways=(), blocked=(), relied_on=())
    waiting = unrested(state) if waiting is None else waiting
    ways = _undominated(_ways(state, goal, waiting, unseen=unseen))
    usable = [way for way in ways if set(way.needs) <= set(allowed)]
    if usable:
        chosen = usable[0]
        rest = tuple(way for way in ways if way is not chosen)
        return Plan(goal=goal, chosen=chosen, ways=rest, blocked=(), relied_on=_relied_on(state, chosen))
    if not ways and goal.share_with is None:
        ways = tuple(_partners(state, goal, waiting, unseen=unseen))
    return Plan(goal=goal, chosen=None, ways=ways, blocked=(), relied_on=())


def no_plan(goal: Goal, code: str) -> Plan:
    """The answer for a Service that no edit of it can help: the finding that says why."""
    blocked = (Blocked(code=code, service=goal.service),)
    return Plan(goal=goal, chosen=None, ways=(), blocked=blocked, relied_on=())


def _holds_already(state: State, goal: Goal) -> bool:
    held = held_by(state, goal.service)
    if goal.share_with is None:
        return bool(held)
    return bool(set(held) & set(held_by(state, goal.share_with)))


def _ways(state: State, goal: Goal, waiting: frozenset[ServiceName], *, unseen: bool) -> Iterator[Way]:
    service = state.services[goal.service]
    for candidate in candidates(state, service, goal):
        trial = simulate(state, candidate.changed, goal, waiting)
        if trial.changed and reached(state, trial, goal) and consented(state, trial, goal):
            yield weigh(state, trial, goal, unseen)


def _undominated(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways that may be chosen under some leave, the cheapest first.

    Under the leave that a way needs, a cheaper one that needs no more is chosen in its stead, so its
    command would do something else. Giving up one's own pin stays beside moving somebody else: who
    loses is for a person to choose.
    """
    kept: list[Way] = []
    for way in sorted(ways, key=_place):
        if not any(set(cheaper.needs) <= set(way.needs) for cheaper in kept):
            kept.append(way)
    return tuple(kept)


def _place(way: Way) -> tuple[Cost, int, int, list[tuple[ServiceName, tuple[str, ...]]]]:
    """Cheaper first; of two that cost the same the one that needs less leave, then that which says less.

    To wake MetalLB up means nothing, where any other edit would do the same by accident.
    """
    meant = sum(not edit.wakes_only for edit in way.edits)
    paths = [(edit.service, edit.operations[0].path) for edit in way.edits]
    return way.cost, len(way.needs), meant, paths


def _partners(state: State, goal: Goal, waiting: frozenset[ServiceName], *, unseen: bool) -> Iterator[Way]:
    """For a full pool: who could be joined, one Service an address, those nearest to it first."""
    service = state.services[goal.service]
    request = requested(service, state.version)
    found = 0
    for holder in _holders(state, service):
        allocation = state.ledger.allocation(holder)
        if allocation is None or not request_allows(request, allocation.pool):
            continue
        joined = Goal(service=goal.service, share_with=holder)
        ways = _undominated(_ways(state, joined, waiting, unseen=unseen))
        if ways:
            yield ways[0]
            found += 1
        if found == _MOST_PARTNERS:
            return


def _holders(state: State, service: Service) -> Sequence[ServiceName]:
    first: dict[object, ServiceName] = {}
    nearest_first = sorted(
        (a.terms.service for a in state.ledger.allocations() if a.pool),
        key=lambda name: (name.namespace != service.name.namespace, name),
    )
    for name in nearest_first:
        first.setdefault(held_by(state, name), name)
    return list(first.values())


def _relied_on(state: State, way: Way) -> tuple[Fact, ...]:
    """What must still be true when the way is gone: all that MetalLB compares, of all concerned."""
    names = {edit.service for edit in way.edits} | {effect.service for effect in way.effects}
    for effect in way.effects:
        for addresses in effect.after:
            names.update(name for address in addresses for name in state.ledger.holders(address))
    facts: list[Fact] = []
    for name in sorted(names):
        service = state.services[name]
        facts.extend((address_fact(service), key_fact(service, state.version), policy_fact(service)))
        facts.append(selector_fact(service))
        facts.extend(port_fact(service, port) for port in service.ports)
        request = requested(service, state.version)
        asked = request.fact if isinstance(request, Request) else None
        facts.append(asked or service_fact(service, "spec.loadBalancerIP", service.load_balancer_ip or None))
    return tuple(dict.fromkeys(facts))
