"""How far looks and passes are followed: whom they leave out, where they stop, and what they say then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest

from kubectl_sharedip.metallb import allocate, looks, passes, quiet
from kubectl_sharedip.metallb.looks import Walk, look
from kubectl_sharedip.metallb.order import kept_for as orders_of
from kubectl_sharedip.metallb.passes import PassEnd, one_pass, owed_after
from kubectl_sharedip.metallb.pools import AcceptedPools
from kubectl_sharedip.metallb.quiet import Work, until_quiet
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.metallb.state import State, held_by
from tests.metallb_rules.worlds import V4, kept_for, named, pool, service, state

ONE = pool("p", "10.0.0.0/32")
TEN = pool("p", "10.0.0.0/24")
NOBODY = frozenset[object]()


def three_for_one() -> tuple[Walk, State]:
    """Three wait for the only address, so that a pass has three ends."""
    before = state(ONE, service("a"), service("b"), service("c"))
    return Walk(unrested(before)), before


def test_a_pass_has_as_many_ends_as_there_are_winners() -> None:
    walk, before = three_for_one()
    assert len(one_pass(walk, before)) == 3
    assert walk.complete


def test_who_has_come_to_rest_is_not_looked_at() -> None:
    before = state(TEN, service("a", status=["10.0.0.0"]))
    walk = Walk(frozenset(before.services))
    (end,) = one_pass(walk, before)
    assert (end.state, walk.looks, walk.complete) == (before, 0, True)


def test_a_tired_walk_looks_at_each_once() -> None:
    walk, before = three_for_one()
    walk.give_up()
    looked = walk.looks
    assert len(one_pass(walk, before)) == 1
    assert walk.looks - looked == 3 + 1  # whose status is written is looked at again at once
    assert not walk.complete


def test_a_walk_that_gets_tired_on_the_way_ends_at_the_first_end() -> None:
    walk, before = three_for_one()
    with mock.patch.object(looks, "MOST_LOOKS", 2):
        assert len(one_pass(walk, before)) == 1
    assert not walk.complete


def test_a_tired_walk_with_nothing_left_to_follow_is_whole() -> None:
    before = state(TEN, service("a", status=["10.0.0.0"]))
    walk = Walk(unrested(before))
    walk.give_up()
    assert len(one_pass(walk, before)) == 1
    assert walk.complete


def test_a_pass_stops_at_the_first_end_beyond_the_most() -> None:
    walk, before = three_for_one()
    with mock.patch.object(passes, "MOST_ENDS", 1):
        assert len(one_pass(walk, before)) == 2
    assert not walk.complete


@pytest.mark.parametrize(("most", "complete"), [(2, False), (3, True)])
def test_of_as_many_moves_as_are_followed_each_is(most: int, complete: bool) -> None:
    walk, before = three_for_one()
    with mock.patch.object(passes, "_MOST_MOVES", most):
        ends = one_pass(walk, before)
    assert (len(ends) == 3, walk.complete) == (complete, complete)


def test_a_look_is_owed_only_to_one_that_still_lacks_something() -> None:
    waits, two = service("a"), service("b", cluster_ips=[V4], status=["10.9.0.0"])
    before = state(ONE, waits, two)
    (served,) = look(Walk(frozenset()), before, named("a"))
    assert held_by(served.state, named("a"))
    assert owed_after(frozenset(), before, served, named("a")) == NOBODY
    refused = service("c", ip="10.9.0.9")
    waits_on = state(ONE, refused)
    (unchanged,) = look(Walk(frozenset()), waits_on, named("c"))
    assert owed_after(frozenset(), waits_on, unchanged, named("c")) == NOBODY
    (lost,) = look(Walk(frozenset()), served.state, named("b"))
    assert not held_by(lost.state, named("b"))
    assert owed_after(frozenset(), served.state, lost, named("b")) == {named("b")}
    assert not lost.wakes  # no pool has what it showed, so MetalLB knew of no address that it had


def test_who_is_given_its_own_or_another_at_each_look_is_followed_both_ways() -> None:
    """0.14.9 takes two addresses for one clusterIP for wrong, and draws again among the pools."""
    pools = pool("p", "10.0.0.0/31", "fc00::/127"), pool("q", "10.1.0.0/31", "fc01::/127")
    noted = {"metallb.io/ip-allocated-from-pool": "p"}
    shows = ["10.0.0.0", "fc00::"]
    flaps = service("a", cluster_ips=[V4], ipFamilyPolicy="PreferDualStack", status=shows, annotations=noted)
    before = state(*pools, flaps, version="0.14.9")
    ends = one_pass(Walk(unrested(before)), before)
    assert {str(held_by(end.state, named("a"))[0]) for end in ends} == {"10.0.0.0", "10.1.0.0"}


@pytest.mark.parametrize(("version", "wakes"), [("0.13.7", False), ("0.13.12", True), ("0.14.9", False)])
def test_a_loss_wakes_since_0_13_8_and_since_0_14_only_where_something_is_written(
    version: str, wakes: bool
) -> None:
    """Somebody took status and pool annotation away; what it asks for cannot be read, so it gets none."""
    old = "metallb.universe.tf/loadBalancerIPs"
    there = state(TEN, service("a", status=["10.0.0.0"]), version=version)
    emptied = state(TEN, service("a", annotations={old: "none"}), version=version).services[named("a")]
    (found,) = look(Walk(frozenset()), there.with_service(emptied), named("a"))
    assert found.state.services[named("a")] is emptied
    assert found.state.ledger.allocation(named("a")) is None
    assert found.wakes is wakes


def test_a_look_is_not_explained() -> None:
    """The reasons cost a walk over all that is in use, and nobody reads them."""
    there = state(ONE, service("a", status=["10.0.0.0"]), service("b"), service("c", status=["10.9.0.0"]))
    with mock.patch.object(allocate, "no_room") as reasons:
        assert look(Walk(frozenset()), there, named("b"))
        assert unrested(there) == {named("b"), named("c")}
    assert not reasons.called


def test_whose_class_is_another_metallbs_is_left_as_it_is() -> None:
    there = state(TEN, service("a", status=["10.0.0.0"]))
    foreign = state(TEN, service("a", loadBalancerClass="x"), lb_class="x").services[named("a")]
    left = there.with_service(foreign)
    walk = Walk(frozenset())
    (found,) = look(walk, left, named("a"))
    assert (found.state, found.wakes, walk.restless) == (left, False, False)


def test_of_a_few_pools_that_are_kept_for_it_every_order_is_tried_of_more_each_is_first_and_last() -> None:
    pools = [
        pool(f"p{n}", f"10.0.{n}.0/24", serviceAllocation=kept_for("default", priority=1)) for n in range(6)
    ]
    five, six = state(*pools[:5], service("a")), state(*pools, service("a"))
    assert len(orders_of(five, five.services[named("a")])) == 5 * 4 * 3 * 2
    orders = orders_of(six, six.services[named("a")])
    assert len(orders) < 2 * 6
    assert all({pool.name for pool in order} == set(six.pools.by_name) for order in orders)
    assert (
        {order[0].name for order in orders} == {order[-1].name for order in orders} == set(six.pools.by_name)
    )


@pytest.mark.parametrize(
    ("priorities", "order"),
    [
        ((1, 0), "ab"),
        ((0, 1), "ba"),
        ((1, 1), "ab"),
        ((1, 2), "ab"),
        ((2, 1), "ba"),
        ((0, 0), "ba"),
        ((1, -1), "ba"),  # which is no priority to MetalLB, and not the lack of one either
        ((3, 2, 1), "cba"),
        ((1, 3, 2), "acb"),
        ((2, 3, 1), "cab"),
        ((0, 0, 1), "cba"),
    ],
)
def test_of_pools_kept_for_it_the_least_priority_is_asked_first_and_none_last(
    priorities: tuple[int, ...], order: str
) -> None:
    """Those with service selectors come by name; of those without priority the last is asked first.

    Source: internal/allocator/allocator.go sortPools.
    """
    label = {"l": "1"}
    pools = [
        pool(name, f"10.{n}.0.0/28", serviceAllocation=kept_for(labels=[label], priority=priority))
        for n, (name, priority) in enumerate(zip("abc", priorities, strict=False))
    ]
    asked = pool("z", "10.9.0.0/28", serviceAllocation=kept_for(labels=[label]), autoAssign=False)
    known = state(*pools, asked, service("s", labels=label))
    (found,) = orders_of(known, known.services[named("s")])
    assert "".join(pool.name for pool in found) == order


class Passes:
    """Passes that give two futures each, named by the way to them; all of them go on but those named."""

    def __init__(self, *quiet_ones: str) -> None:
        self.first = state(TEN)
        self.went: list[str] = []
        self._quiet = quiet_ones
        self._names = {id(self.first.pools): ""}

    def one_pass(self, walk: Walk, before: State) -> tuple[PassEnd, ...]:
        """In the place of the real one."""
        assert len(self.went) < 50, "goes on for ever"
        here = self._names[id(before.pools)]
        self.went.append(here)
        return tuple(self._end(f"{here}{way}") for way in "lr")

    def _end(self, name: str) -> PassEnd:
        after = replace(self.first, pools=AcceptedPools({}))
        self._names[id(after.pools)] = name
        return PassEnd(state=after, again=name not in self._quiet, owed=frozenset())

    @contextmanager
    def few(self, points: int, tired_points: int, in_all: int) -> Iterator[None]:
        """These passes instead of MetalLB's, with less patience."""
        with (
            mock.patch.object(quiet, "one_pass", self.one_pass),
            mock.patch.object(quiet, "_MOST_POINTS", points),
            mock.patch.object(quiet, "_MOST_TIRED_POINTS", tired_points),
            mock.patch.object(quiet, "_MOST_POINTS_IN_ALL", in_all),
        ):
            yield

    def follow(self, *, tired: bool = False) -> tuple[Walk, int]:
        """How many states that gives."""
        walk = Walk(frozenset())
        if tired:
            walk.give_up()
        return walk, len(until_quiet(walk, Work(state=self.first, due=True)))


def test_what_never_rests_is_followed_broadly_then_straight_on_and_given_up() -> None:
    world = Passes()
    with world.few(points=3, tired_points=1, in_all=6):
        walk, states = world.follow()
    assert world.went == ["", "l", "r", "rr", "rrr", "rrrr"]
    assert states == 6
    assert (walk.restless, walk.complete) == (True, False)


@pytest.mark.parametrize(("tired", "points"), [(False, 3), (True, 2)])
def test_with_one_end_found_no_more_is_followed_than_the_most(tired: bool, points: int) -> None:
    world = Passes("l", "rl", "rrl", "rrrl")
    with world.few(points=3, tired_points=2, in_all=9):
        walk, states = world.follow(tired=tired)
    assert len(world.went) == points - 1  # one of the points was the end
    assert states == 1
    assert (walk.restless, walk.complete) == (False, False)


def test_what_has_no_end_yet_goes_on_beyond_the_most_to_the_nearest() -> None:
    world = Passes("rrr")
    with world.few(points=3, tired_points=1, in_all=9):
        walk, states = world.follow()
    assert world.went == ["", "l", "r", "rr"]
    assert states == 1
    assert (walk.restless, walk.complete) == (False, False)
