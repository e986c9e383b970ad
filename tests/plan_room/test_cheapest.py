"""No cheaper plan exists than the one chosen: every edit from a list is tried, in every order.

The list is made here, from what a Service may ask for and what others have, and not by the planner.
Edited are the named Service and those who hold the addresses in question; and who has an address is
not left without one, which no plan proposes whatever the leave.
Up to two edits on worlds of up to five Services, up to three on worlds of up to four.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path
from random import Random
from types import MappingProxyType

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.metallb.annotations import prefixes
from kubectl_sharedip.metallb.settle import held_by, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import ALLOWANCES, Allowance, Cost, Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.consent import consented
from kubectl_sharedip.plan.goals import reached
from kubectl_sharedip.plan.holders import holders_of
from kubectl_sharedip.plan.impact import weigh
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.simulate import played
from tests.plan_room.small_worlds import draw_world

_ADDRESSES = ("192.0.2.0", "192.0.2.1", "192.0.2.2")


def _without(service: Service, name: str) -> Service:
    kept = {key: value for key, value in service.annotations.items() if not key.endswith(f"/{name}")}
    return replace(service, annotations=MappingProxyType(kept))


def _with(service: Service, key: str, value: str) -> Service:
    return replace(service, annotations=MappingProxyType({**service.annotations, key: value}))


def _forms(state: State, service: Service, others: bool) -> Iterator[Service]:
    """Every form that one edit may give the Service; of two fields at once those that people use."""
    prefix = prefixes(state.version)[0]
    keyed = [service, _without(service, "allow-shared-ip")]
    keyed += [_with(service, f"{prefix}allow-shared-ip", key) for key in ("k", "z", "new")]
    for one in keyed:
        asked = [one, replace(_without(one, "loadBalancerIPs"), load_balancer_ip="")]
        asked += [_without(one, "loadBalancerIPs"), replace(one, load_balancer_ip="")]
        if not others:
            asked += [_without(form, "address-pool") for form in list(asked)]
        for address in _ADDRESSES:
            bare = replace(one, load_balancer_ip="")
            asked.append(_with(bare, f"{prefix}loadBalancerIPs", address))
            asked.append(replace(_without(one, "loadBalancerIPs"), load_balancer_ip=address))
        for form in asked:
            yield form
            policy = "Cluster" if service.external_traffic_policy == "Local" else "Local"
            yield replace(form, external_traffic_policy=policy)
    yield _with(service, "sharedip/woken", "2" if service.annotations.get("sharedip/woken") == "1" else "1")


def _changes(state: State, service: Service, others: bool) -> list[Service]:
    found: list[Service] = []
    for form in _forms(state, service, others):
        if form != service and form not in found:
            found.append(form)
    return found


def _combinations(
    state: State, goal: Goal, most: int, names: Sequence[ServiceName]
) -> Iterator[tuple[Service, ...]]:
    """Up to so many edits, each of another Service, in every order."""
    changes = {name: _changes(state, state.services[name], name != goal.service) for name in names}
    for count in range(1, most + 1):
        for order in permutations(names, count):
            yield from product(*(changes[name] for name in order))


def _cheaper(
    state: State,
    goal: Goal,
    allowed: tuple[Allowance, ...],
    bound: Cost | None,
    tried: Sequence[tuple[Service, ...]],
) -> str:
    """The first combination that reaches the goal for less under this leave, or an empty text."""
    waiting = unrested(state)
    for changed in tried:
        trial = played(state, changed, waiting)
        settled = trial.settled
        if not reached(state, settled, goal) or not consented(state, settled.ends, [goal]):
            continue
        way = weigh(state, trial, [goal], unseen=False)
        if way.cost.left_pending:
            continue
        if set(way.needs) <= set(allowed) and (bound is None or way.cost < bound):
            return f"{[(str(e.service), e.operations) for e in way.edits]} at {way.cost}, not {bound}"
    return ""


def _goals(state: State) -> list[Goal]:
    waiting = [name for name in sorted(state.services) if not held_by(state, name)]
    return [Goal(service=name) for name in waiting[:1]]


@pytest.mark.parametrize(("first", "last", "most", "sample"), [(0, 60, 2, 1000), (200, 230, 3, 1500)])
def test_nothing_cheaper_reaches_the_goal(first: int, last: int, most: int, sample: int) -> None:
    """All single edits are tried; of the combinations, which are tens of thousands, as many as given."""
    asked = 0
    for seed in range(first, last):
        rng = Random(seed)
        state = draw_world(rng).state
        if most > 2 and len(state.services) > 4:
            continue
        for goal in _goals(state):
            allowed = tuple(name for name in ALLOWANCES if rng.random() < 0.5)
            plan = make_plan(state, goal, allowed, unseen=False)
            holders = holders_of(state, state.services[goal.service], goal)
            names = [goal.service, *(holder.name for holder in holders if not holder.terminating)]
            alone = list(_combinations(state, goal, 1, names))
            several = list(_combinations(state, goal, most, names[:3]))[len(alone) :]
            tried = [*alone, *(rng.sample(several, sample) if len(several) > sample else several)]
            bound = plan.chosen.cost if plan.chosen is not None else None
            assert not (found := _cheaper(state, goal, allowed, bound, tried)), (
                f"seed {seed}, {goal}: {found}"
            )
            asked += 1
    assert asked >= (last - first) // 3
