"""What cli.md says that a plan never does, held against random small clusters.

Each promise is checked by reading the plan against the cluster before it and the ends after it,
not by the planner's own book-keeping. A failure names its seed; ``hypothesis`` looks for more of
them, and for the smallest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.metallb.annotations import (
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    in_force,
    prefixes,
    value_in_force,
)
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Operation, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.make import make_plan
from tests.plan_room.small_worlds import Asked, ask, carried_out, draw_world, on_address

SEEDS = range(120)
_NAMES = (SHARING_KEY, REQUESTED_ADDRESSES, REQUESTED_POOL)
_OWN = {prefix + name for prefix in (NEW_PREFIX, OLD_PREFIX) for name in _NAMES} | {"sharedip/woken"}


@cache
def _asked(seed: int) -> tuple[Asked, ...]:
    rng = Random(seed)
    return tuple(ask(draw_world(rng), rng))


def _final(asked: Asked, way: Way) -> dict[ServiceName, tuple[Service, Service]]:
    """Each edited Service before the first edit and after the last."""
    from kubectl_sharedip.model.edited import edited

    latest = dict(asked.state.services)
    for edit in way.edits:
        latest[edit.service] = edited(latest[edit.service], edit.operations)
    names = {edit.service for edit in way.edits}
    return {name: (asked.state.services[name], latest[name]) for name in names}


def _operations(way: Way) -> Iterator[tuple[ServiceName, Operation]]:
    for edit in way.edits:
        for operation in edit.operations:
            yield edit.service, operation


def _asks_for(service: Service, present: State) -> set[str]:
    """The addresses that it asks for, as far as they can be read, in the field or the annotation."""
    texts = [service.load_balancer_ip]
    texts += value_in_force(service, REQUESTED_ADDRESSES, present.version).split(",")
    return {str(address) for text in texts if (address := parse_address(text.strip())) is not None}


# The promises, each on one way of one plan


def reaches_its_goal(asked: Asked, way: Way) -> None:
    settled = carried_out(asked.state, way)
    assert settled.complete
    assert not settled.restless
    for end in settled.ends:
        held = set(held_by(end, way.goal.service))
        assert held
        if way.goal.share_with is not None:
            partner = held_by(end, way.goal.share_with)
            assert held & set(partner)
            assert sorted(partner) == sorted(held_by(asked.state, way.goal.share_with))


def moves_no_live_address_without_leave(asked: Asked, way: Way) -> None:
    settled = carried_out(asked.state, way)
    lost = {
        name
        for name in asked.state.services
        for end in settled.ends
        if set(held_by(asked.state, name)) - set(held_by(end, name))
    }
    free_to_go = {way.goal.service} if way.goal.addresses or way.goal.separate else set()
    assert bool(lost - free_to_go) == ("moves" in way.needs)
    assert {loss.service for loss in way.losses if loss.kind == "live-address"} == lost
    assert way.cost.live_addresses == len(lost)


def foretells_every_effect(asked: Asked, way: Way) -> None:
    settled = carried_out(asked.state, way)
    told = {effect.service: effect for effect in way.effects}
    for name in asked.state.services:
        before, after = held_by(asked.state, name), settled.addresses(name)
        if name in told:
            assert (told[name].before, told[name].after) == (before, after)
        assert (name in told) == (after != (before,))


def makes_no_strangers_share(asked: Asked, way: Way) -> None:
    """Who comes together asked for it: by an equal key, by requesting the address, or by the goal."""
    before = on_address(asked.state, list(asked.state.services))
    for end in carried_out(asked.state, way).ends:
        for address, names in on_address(end, list(asked.state.services)).items():
            for pair in combinations(sorted(names), 2):
                if not set(pair) <= before.get(address, set()):
                    assert _consent(asked, way.goal, address, pair), f"{pair} on {address}"


def _consent(asked: Asked, goal: Goal, address: str, pair: tuple[ServiceName, ServiceName]) -> bool:
    present = asked.state
    one, other = (present.services[name] for name in pair)
    keys = [_key_written(each, present) for each in (one, other)]
    if keys[0] and keys[0] == keys[1]:
        return True
    if goal.share_with is not None and goal.service in pair:
        partners = {str(each) for each in held_by(present, goal.share_with)}
        if address in partners:
            return True
    asks = [address in _asks_for(each, present) for each in (one, other)]
    holds = [address in map(str, held_by(present, name)) for name in pair]
    return (asks[0] and (asks[1] or holds[1])) or (asks[1] and holds[0])


def _key_written(service: Service, present: State) -> str:
    """The key in force; else the one under a prefix that this version does not read yet."""
    key = value_in_force(service, SHARING_KEY, present.version)
    return key or service.annotations.get(f"{NEW_PREFIX}{SHARING_KEY}", "")


def keeps_requests_without_leave(asked: Asked, way: Way) -> None:
    version = asked.state.version
    lost, given_up = set[ServiceName](), set[ServiceName]()
    for name, (before, after) in _final(asked, way).items():
        if _written(before, asked.state) - _written(after, asked.state):
            lost.add(name)
        pools = [value_in_force(each, REQUESTED_POOL, version) for each in (before, after)]
        if pools[0] and pools[0] != pools[1]:
            given_up.add(name)
    # To ask for another address is the very goal where one is named.
    own = {way.goal.service} if way.goal.addresses else set()
    assert bool(given_up | (lost - own)) == ("unpin" in way.needs)
    kinds = ("request", "pool-request")
    assert {loss.service for loss in way.losses if loss.kind in kinds} == given_up | lost


def _written(service: Service, present: State) -> set[str]:
    """Every address that it asks for, and every text that cannot be read as one."""
    items = value_in_force(service, REQUESTED_ADDRESSES, present.version).split(",")
    texts = {text.strip() for text in (service.load_balancer_ip, *items)}
    return {str(parse_address(text) or text) for text in texts if text}


def edits_the_unnamed_only_with_leave(asked: Asked, way: Way) -> None:
    others = {edit.service for edit in way.edits} - {way.goal.service, way.goal.share_with}
    assert bool(others) == ("others" in way.needs)
    assert way.cost.others_edited == len(others)


def keeps_policies_without_leave(asked: Asked, way: Way) -> None:
    changed = {
        name
        for name, (before, after) in _final(asked, way).items()
        if before.external_traffic_policy != after.external_traffic_policy
    }
    assert bool(changed) == ("policy" in way.needs)
    assert {loss.service for loss in way.losses if loss.kind == "policy"} == changed


def edits_what_is_owned_only_with_leave(asked: Asked, way: Way) -> None:
    owned = [name for name in _final(asked, way) if asked.state.services[name].owners]
    # To touch it does no harm where that is put back.
    lasting = [edit for edit in way.edits if edit.service in owned and not edit.wakes_only]
    assert bool(lasting) == ("owned" in way.needs)
    for edit in way.edits:
        assert (edit.owner is not None) == (edit.service in owned)


def edits_no_other_field(asked: Asked, way: Way) -> None:
    """Never labels, ports, selectors, ipFamilyPolicy or a status."""
    for _, operation in _operations(way):
        if operation.path[:2] == ("metadata", "annotations"):
            assert operation.path[2] in _OWN
        else:
            assert operation.path in (("spec", "loadBalancerIP"), ("spec", "externalTrafficPolicy"))


def each_operation_says_what_was_there(asked: Asked, way: Way) -> None:
    latest = dict(asked.state.services)
    from kubectl_sharedip.model.edited import edited

    for name, operation in _operations(way):
        service = latest[name]
        if operation.path[0] == "metadata":
            was = service.annotations.get(operation.path[2])
        elif operation.path[1] == "loadBalancerIP":
            was = service.load_balancer_ip or None
        else:
            was = service.external_traffic_policy
        assert operation.was == was
        assert operation.value != was
        latest[name] = edited(service, [operation])


def writes_no_new_annotation_beside_an_old_one(asked: Asked, way: Way) -> None:
    """The annotation in force is changed; where there is none, the prefix is one that is in use."""
    read = prefixes(asked.state.version)
    for name, (before, after) in _final(asked, way).items():
        for short in _NAMES:
            present = [p for p in (NEW_PREFIX, OLD_PREFIX) if p + short in before.annotations]
            written = [
                prefix
                for prefix in (NEW_PREFIX, OLD_PREFIX)
                if (value := after.annotations.get(prefix + short)) is not None
                and value != before.annotations.get(prefix + short)
            ]
            assert len(written) <= 1
            if not written:
                continue
            assert written[0] in read, "MetalLB would not read it"
            setting = in_force(before, short, asked.state.version)
            if setting is not None:
                assert setting.key == written[0] + short
            elif not [p for p in present if p in read]:
                assert written[0] in _may_write(asked, way, name)


def _may_write(asked: Asked, way: Way, name: ServiceName) -> set[str]:
    """The prefix that the Service uses, else those of its holders, else the newest that is read."""
    read = prefixes(asked.state.version)
    own = _used(asked.state.services[name], read)
    if own:
        return {own[0]}
    around = {edit.service for edit in way.edits} | {way.goal.service}
    around |= {way.goal.share_with} if way.goal.share_with else set()
    for effect in way.effects:
        around.update(o for one in effect.after for a in one for o in asked.state.ledger.holders(a))
    used = {prefix for other in around for prefix in _used(asked.state.services[other], read)[:1]}
    # A holder has no holder: what its sharers-to-be use may do for it, and so may the newest.
    return used | {read[0]} if not used or name != way.goal.service else used


def _used(service: Service, read: tuple[str, ...]) -> list[str]:
    return [prefix for prefix in read if any(prefix + short in service.annotations for short in _NAMES)]


def relies_on_what_is_so(asked: Asked, way: Way) -> None:
    if way is not asked.plan.chosen or not way.edits:
        return
    named = {fact.object.name for fact in asked.plan.relied_on}
    assert {edit.service.name for edit in way.edits} <= named
    for effect in way.effects:
        assert effect.service.name in named


PROMISES: tuple[Callable[[Asked, Way], None], ...] = (
    reaches_its_goal,
    moves_no_live_address_without_leave,
    foretells_every_effect,
    makes_no_strangers_share,
    keeps_requests_without_leave,
    edits_the_unnamed_only_with_leave,
    keeps_policies_without_leave,
    edits_what_is_owned_only_with_leave,
    edits_no_other_field,
    each_operation_says_what_was_there,
    writes_no_new_annotation_beside_an_old_one,
    relies_on_what_is_so,
)


def only_what_is_allowed_is_chosen(asked: Asked) -> None:
    chosen, allowed = asked.plan.chosen, set(asked.allowed)
    if chosen is not None:
        assert set(chosen.needs) <= allowed
    else:
        own = [way for way in asked.plan.ways if way.goal == asked.goal]
        assert not [way for way in own if set(way.needs) <= allowed]


def ways_are_listed_cheapest_first_and_each_may_be_chosen(asked: Asked) -> None:
    ways = [way for way in asked.plan.ways if way.goal == asked.goal]
    assert ways == sorted(ways, key=lambda way: way.cost)
    if asked.plan.chosen is not None and asked.plan.chosen.edits:
        ways.append(asked.plan.chosen)
    for one, other in combinations(sorted(ways, key=lambda way: way.cost), 2):
        assert not set(one.needs) <= set(other.needs), "under the second's leave the first is chosen"
    partners = [way.goal for way in asked.plan.ways if way.goal != asked.goal]
    assert len(partners) == len(set(partners))
    for goal in partners:
        assert (goal.service, asked.goal.share_with) == (asked.goal.service, None)


def the_leave_of_a_way_chooses_it(asked: Asked) -> None:
    for way in asked.plan.ways:
        again = make_plan(asked.state, way.goal, way.needs, unseen=False)
        assert again.chosen == way


def more_leave_never_costs_more(asked: Asked) -> None:
    none = make_plan(asked.state, asked.goal, (), unseen=False).chosen
    some = asked.plan.chosen
    if none is not None:
        assert some is not None
        assert some.cost <= none.cost


def to_do_nothing_takes_an_address(asked: Asked) -> None:
    chosen = asked.plan.chosen
    if chosen is not None and not chosen.edits:
        held = set(held_by(asked.state, asked.goal.service))
        assert held
        if asked.goal.share_with is not None:
            assert held & set(held_by(asked.state, asked.goal.share_with))


PLAN_PROMISES: tuple[Callable[[Asked], None], ...] = (
    only_what_is_allowed_is_chosen,
    ways_are_listed_cheapest_first_and_each_may_be_chosen,
    the_leave_of_a_way_chooses_it,
    more_leave_never_costs_more,
    to_do_nothing_takes_an_address,
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_every_way(promise: Callable[[Asked, Way], None]) -> None:
    for seed in SEEDS:
        for asked in _asked(seed):
            for way in asked.ways:
                try:
                    promise(asked, way)
                except AssertionError as error:
                    raise AssertionError(f"seed {seed}, {asked.goal}: {error}") from error


@pytest.mark.parametrize("promise", PLAN_PROMISES, ids=lambda promise: promise.__name__)
def test_every_plan(promise: Callable[[Asked], None]) -> None:
    for seed in SEEDS:
        for asked in _asked(seed):
            try:
                promise(asked)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, {asked.goal}: {error}") from error


@given(rng=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_promise_in_clusters_that_are_made_to_break_it(rng: Random) -> None:
    for asked in ask(draw_world(rng), rng):
        for way in asked.ways:
            for promise in PROMISES:
                promise(asked, way)
        for plan_promise in PLAN_PROMISES:
            plan_promise(asked)


def test_the_clusters_are_worth_their_while() -> None:
    """Every allowance, every kind of loss and every kind of end comes up, or the promises are empty."""
    plans = [asked.plan for seed in SEEDS for asked in _asked(seed)]
    ways = [way for seed in SEEDS for asked in _asked(seed) for way in asked.ways]

    assert {need for way in ways for need in way.needs} == {"unpin", "others", "policy", "moves", "owned"}
    assert {loss.kind for way in ways for loss in way.losses} == {
        "request",
        "pool-request",
        "policy",
        "live-address",
    }
    assert sum(plan.chosen is not None for plan in plans) > 50
    assert sum(plan.chosen is None and bool(plan.ways) for plan in plans) > 50
    assert any(way.edits and way.edits[-1].wakes_only for way in ways)
    assert any(way.goal.share_with for way in ways)
    assert any(way.joins for way in ways)
