"""Ends that hang on who is looked at first, one small cluster for each reason."""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.service import Service
from tests.metallb_rules.worlds import BOTH, V6, World, kept_for, named, pool

MINE = {"mine": "1"}


def test_who_was_looked_at_too_early_is_not_looked_at_again() -> None:
    # q gives back the IPv6 address without waking anybody; p gets it only after q had its turn.
    world = World(pool("p", "10.0.0.0/31", "fc00::/128")).apply("q", cluster_ips=[V6])
    world.apply("p", labels=MINE, cluster_ips=BOTH, ipFamilyPolicy="PreferDualStack")
    assert world.held("p") == {("10.0.0.0",)}
    kept = kept_for(labels=[MINE])
    world.pools(pool("p", "10.0.0.0/31", "fc00::/128", serviceAllocation=kept), pool("z", "fc00::8/126"))
    assert world.held("q") == {("fc00::8",)}
    assert world.held("p") == {("10.0.0.0",), ("10.0.0.0", "fc00::")}


def test_whose_status_was_written_is_looked_at_once_more() -> None:
    # a loses its range and finds the other one held; c, which wants another pool, gives it back
    # later in the same pass. Nobody is woken for that, but a's emptied status is an event.
    world = World(pool("p0", "10.0.0.2/32"), pool("p1", "10.0.0.4/32"))
    world.apply("c", from_pool="p0").apply("a")
    assert world.together("a", "c") == {("10.0.0.4", "10.0.0.2")}
    world.pools(pool("p0", "10.0.0.9/32", autoAssign=False), pool("p1", "10.0.0.2/32"))
    assert world.together("a", "c") == {("10.0.0.2", "10.0.0.9")}


def test_waiter_beside_it_sleeps_on() -> None:
    # As above, with one that waited all along: if its turn came too early it stays without.
    world = World(pool("p0", "10.0.0.2/32"), pool("p1", "10.0.0.3/32", autoAssign=False))
    world.apply("c", from_pool="p0").apply("w", ip="10.0.0.2")
    world.pools(pool("p0", "10.0.0.9/32", autoAssign=False), pool("p1", "10.0.0.2/32"))
    assert world.together("c", "w") == {("10.0.0.9", "10.0.0.2")}  # those with an address come first


def test_before_0_14_a_pass_keeps_no_order() -> None:
    old = "metallb.universe.tf/"
    world = World(pool("p", "10.0.0.0/31"), version="0.13.12").apply("a").apply("b")
    world.apply("w", annotations={f"{old}loadBalancerIPs": "10.0.0.0"})
    assert world.held("w") == {()}
    world.restart()
    assert world.together("a", "b", "w") == {
        ("10.0.0.0", "10.0.0.1", "-"),
        ("-", "10.0.0.1", "10.0.0.0"),
        ("10.0.0.1", "-", "10.0.0.0"),
    }


def test_from_0_14_the_same_restart_is_safe() -> None:
    world = World(pool("p", "10.0.0.0/31")).apply("a").apply("b").apply("w", ip="10.0.0.0").restart()
    assert world.together("a", "b", "w") == {("10.0.0.0", "10.0.0.1", "-")}


def _shows_as(end: State, name: str, other: str) -> Service:
    return replace(end.services[named(name)], ingress=end.services[named(other)].ingress)


def test_loser_of_a_restart_takes_the_address_of_one_that_came_later() -> None:
    # a and b both show .1 against the rules; whoever loses takes the lowest address, which is c's
    # for as long as c had no turn.
    world = World(pool("p", "10.0.0.0/29")).apply("c").apply("a", ip="10.0.0.1").apply("b", ip="10.0.0.2")
    world.apply("a", ip=None).apply("b", ip=None)
    world.ends = tuple(end.with_service(_shows_as(end, "b", "a")) for end in world.ends)
    world.restart()
    assert world.together("a", "b", "c") == {
        ("10.0.0.1", "10.0.0.2", "10.0.0.0"),
        ("10.0.0.2", "10.0.0.1", "10.0.0.0"),
        ("10.0.0.1", "10.0.0.0", "10.0.0.2"),
        ("10.0.0.0", "10.0.0.1", "10.0.0.2"),
    }


def test_whose_turns_do_not_concern_each_other_end_in_one_way_however_many_they_are() -> None:
    world = World(pool("p", "10.0.0.0/31")).apply("holder", key="other", ip="10.0.0.0", ports=["TCP/1"])
    names = [f"w{n}" for n in range(60)]
    for port, name in enumerate(names, 2):
        world.apply(name, key="k", ip="10.0.0.0", ports=[f"TCP/{port}"])
    world.apply("stranger", key="third", ip="10.0.0.1", ports=["TCP/1"])
    assert world.together(*names) == {("-",) * 60}
    world.apply("holder", key="k", ip="10.0.0.0", ports=["TCP/1"])
    assert world.together(*names, "stranger") == {(*("10.0.0.0",) * 60, "10.0.0.1")}


def test_who_clashes_with_one_of_them_still_has_its_turn_anywhere() -> None:
    world = World(pool("p", "10.0.0.0/32")).apply("holder", key="other", ip="10.0.0.0", ports=["TCP/1"])
    for name, port in (("a", 2), ("b", 3), ("c", 4), ("also-4", 4)):
        world.apply(name, key="k", ip="10.0.0.0", ports=[f"TCP/{port}"])
    world.apply("holder", key="k", ip="10.0.0.0", ports=["TCP/1"])
    first = "10.0.0.0"
    assert world.together("a", "b", "c", "also-4") == {(first, first, first, "-"), (first, first, "-", first)}


def test_a_pass_in_which_an_address_was_lost_is_repeated_whatever_came_after_it() -> None:
    # q loses its address, which wakes all; z, whose turn may be later, moves and wakes nobody.
    world = World(pool("p", "10.0.0.0/31", "fc00::/128")).apply("q", cluster_ips=[V6])
    world.apply("p", labels=MINE, cluster_ips=BOTH, ipFamilyPolicy="PreferDualStack").apply("z")
    assert world.together("p", "q", "z") == {("10.0.0.0", "fc00::", "10.0.0.1")}
    kept = kept_for(labels=[MINE])
    world.pools(pool("p", "10.0.0.0/31", "fc00::/128", serviceAllocation=kept), pool("z", "10.0.9.0/32"))
    assert world.together("q", "z") == {("-", "10.0.9.0")}
    assert world.held("p") == {("10.0.0.0", "fc00::")}


def test_before_0_14_who_waits_may_have_its_turn_before_whoever_gives_way() -> None:
    # In one group: h, which moves and wakes nobody, and w, which waits for what h gives back.
    old = "metallb.universe.tf/"
    world = World(pool("p", "10.0.0.1/32"), version="0.13.12").apply("h")
    world.apply("w", labels=MINE, annotations={f"{old}loadBalancerIPs": "10.0.0.1"})
    kept = kept_for(labels=[MINE])
    world.pools(pool("p", "10.0.0.1/32", serviceAllocation=kept), pool("z", "10.0.9.1/32"))
    assert world.together("h", "w") == {("10.0.9.1", "-"), ("10.0.9.1", "10.0.0.1")}


def test_who_leaves_has_its_turn_though_another_had_it_too_early() -> None:
    world = World(pool("p", "10.0.0.0/31", "fc00::/128")).apply("q", cluster_ips=[V6])
    world.apply("p", labels=MINE, cluster_ips=BOTH, ipFamilyPolicy="PreferDualStack").apply("z")
    kept = kept_for(labels=[MINE])
    world.pools(
        pool("p", "10.0.0.0/31", "fc00::/128", serviceAllocation=kept),
        pool("z", "10.0.9.0/32", "fc00::8/126"),
    )
    assert world.together("q", "z") == {("fc00::8", "10.0.9.0")}
    assert world.held("p") == {("10.0.0.0",), ("10.0.0.0", "fc00::")}


def test_a_pass_in_which_a_key_came_is_repeated_whatever_came_after_it() -> None:
    # As above, and two wait whose turns concern nobody: a's key wakes all, b comes after it and does not.
    world = World(pool("p", "10.0.0.0/32", "fc00::/128")).apply("q", cluster_ips=[V6])
    world.apply("p", labels=MINE, cluster_ips=BOTH, ipFamilyPolicy="PreferDualStack")
    world.apply("a", key="k", ip="10.0.7.0").apply("b", ip="10.0.7.1")
    kept = kept_for(labels=[MINE])
    world.pools(
        pool("p", "10.0.0.0/32", "fc00::/128", serviceAllocation=kept),
        pool("z", "10.0.7.0/31", "fc00::8/126"),
    )
    assert world.together("a", "b", "q") == {("10.0.7.0", "10.0.7.1", "fc00::8")}
    assert world.held("p") == {("10.0.0.0", "fc00::")}
