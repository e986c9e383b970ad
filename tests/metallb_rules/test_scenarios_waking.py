"""Scenarios 53 to 63 of the rules: who is woken, restarts, new pools, and statuses of strangers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_sharedip.metallb.decide import converge
from kubectl_sharedip.metallb.outcomes import ForetoldEvent
from kubectl_sharedip.metallb.restart import restarted
from tests.metallb_rules.worlds import (
    BOTH,
    Document,
    World,
    assigned,
    cleared,
    failed,
    in_use,
    kept_for,
    named,
    pool,
    service,
)

TEN = pool("p", "10.0.0.0/24")
FIVE, SIX = "10.0.0.5", "10.0.0.6"
FROM = "metallb.io/ip-allocated-from-pool"


def pool_of(world: World, name: str) -> str | None:
    (end,) = world.ends
    return end.services[named(name)].annotations.get(FROM)


def test_53_moving_away_wakes_nobody_and_a_restart_does() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("b", ip=FIVE).apply("a", ip=SIX)
    assert world.held("a") == {(SIX,)}
    assert world.held("b") == {()}
    assert world.restart().held("b") == {(FIVE,)}
    assert world.held("a") == {(SIX,)}


def test_54_deletion_and_change_of_type_wake() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("b", ip=FIVE)
    assert World.delete(world, "a").held("b") == {(FIVE,)}
    world = World(TEN).apply("a", ip=FIVE).apply("b", ip=FIVE).apply("a", type="ClusterIP")
    assert world.held("a") == {()}
    assert world.held("b") == {(FIVE,)}


def test_55_sleeping_waiter_loses_to_a_newcomer() -> None:
    world = World(TEN).apply("a", ip="10.0.0.0").apply("w", ip="10.0.0.0").apply("a", ip="10.0.0.1")
    assert world.held("w") == {()}
    world.apply("x", key="k")
    assert world.held("x") == {("10.0.0.0",)}
    assert world.held("w") == {()}
    assert world.told("w") == (failed("w", in_use("w", "x")),)


def test_56_one_of_two_waiters_gets_it() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("v", ip=FIVE).apply("w", ip=FIVE).delete("a")
    assert world.together("v", "w") == {(FIVE, "-"), ("-", FIVE)}


def shown(
    name: str, key: str, *status: str, ports: tuple[str, ...] = ("TCP/80",), ip: str | None = None
) -> Document:
    return service(name, key=key, ports=ports, ip=ip, status=status, annotations={FROM: "p"})


@pytest.mark.parametrize("explicit", [FIVE, None])
def test_57_restart_with_claims_that_exclude_each_other(explicit: str | None) -> None:
    a, b = shown("a", "k", FIVE, ip=explicit), shown("b", "k2", FIVE, ip=explicit, ports=("TCP/81",))
    other = "10.0.0.0" if explicit is None else "-"
    assert World(TEN, a, b).restart().together("a", "b") == {(FIVE, other), (other, FIVE)}


def test_57_what_the_loser_is_told() -> None:
    a, b = shown("a", "k", FIVE, ip=FIVE), shown("b", "k2", FIVE, ip=FIVE, ports=("TCP/81",))
    (end,) = World(TEN, a, b).ends
    begun, waiting = restarted(end)
    assert waiting == {named("a"), named("b")}
    (winner,) = converge(begun, begun.services[named("a")])
    (loser,) = converge(replace(begun, ledger=winner.ledger), begun.services[named("b")])
    assert winner.events == ()
    assert _texts(loser.events) == [cleared("b", in_use("b", "a")), failed("b", in_use("b", "a"))]


def _texts(events: tuple[ForetoldEvent, ...]) -> list[tuple[str, str]]:
    return [(event.reason, event.message) for event in events]


def test_58_restart_of_a_group() -> None:
    world = World(TEN).apply("a", key="k").apply("b", key="k", ports=["TCP/81"]).restart()
    assert world.held("a") == world.held("b") == {("10.0.0.0",)}
    assert world.told("a") == world.told("b") == ()


def test_59_order_at_a_restart() -> None:
    both = pool("p", "10.0.0.0/24", "fc00::/120")
    one = "10.0.0.1"
    world = World(both).apply("z", ip=one).apply("a", ip=one)
    world.apply("m", cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack").restart()
    assert world.held("a") == {()}
    assert world.held("z") == {(one,)}
    assert world.held("m") == {("10.0.0.0", "fc00::")}


def test_59_pairs_claim_first() -> None:
    both = pool("p", "10.0.0.0/24", "fc00::/120")
    m = service("m", cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack", status=("10.0.0.1", "fc00::1"))
    world = World(both, m, service("z", ip="10.0.0.1", status=("10.0.0.1",))).restart()
    assert world.held("m") == {("10.0.0.1", "fc00::1")}
    assert world.held("z") == {()}


def test_60_all_pools_deleted_and_back() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("b")
    assert world.told_on_load("a") == ()
    world.pools()
    assert world.held("a") == world.held("b") == {()}
    assert world.told("a") == ()
    world.pools(TEN)
    assert world.held("a") == {(FIVE,)}
    assert world.held("b") == {("10.0.0.0",)}


def test_60_0_13_keeps_pools_that_are_in_use() -> None:
    # Section 14: a configuration that would orphan an address is refused, and every later one too,
    # until nothing is orphaned any more.
    world = World(TEN, version="0.13.12").apply("a").pools(pool("q", "10.1.0.0/24")).apply("b")
    assert world.held("a") == {("10.0.0.0",)}
    assert world.held("b") == {("10.0.0.1",)}
    world.delete("b").delete("a").apply("c")
    assert world.held("c") == {("10.1.0.0",)}


def test_60_0_13_is_not_silent_without_pools() -> None:
    world = World(version="0.13.12").apply("a")
    assert world.events == (failed("a", "no available IPs"),)


def test_61_pool_shrinks() -> None:
    small = pool("p", "10.0.0.0/29")
    world = World(pool("p", "10.0.0.0/28")).apply("b", ip="10.0.0.9")
    why = '["10.0.0.9"] is not allowed in config'
    assert world.told_on_load("b", small) == (cleared("b", why), failed("b", why))
    assert world.pools(small).held("b") == {()}


def test_61_pool_renamed_in_one_load() -> None:
    # Section 14: this holds only where one load sees both changes; in two the address is lost
    # and found again, see below.
    world = World(TEN).apply("a")
    assert pool_of(world, "a") == "p"
    world.pools(pool("q", "10.0.0.0/24"))
    assert world.held("a") == {("10.0.0.0",)}
    assert pool_of(world, "a") == "q"


def test_61_pool_renamed_in_two_loads() -> None:
    world = World(TEN).apply("a").pools()
    assert world.held("a") == {()}
    assert world.pools(pool("q", "10.0.0.0/24")).held("a") == {("10.0.0.0",)}


def test_61_other_edits_of_a_pool() -> None:
    avoiding = pool("p", "10.0.0.0/24", avoidBuggyIPs=True)
    world = World(TEN).apply("a")
    assert world.told_on_load("a", avoiding) == (
        cleared("a", '["10.0.0.0"] is not allowed in config'),
        assigned("10.0.0.1"),
    )
    assert world.pools(avoiding).held("a") == {("10.0.0.1",)}
    assert world.pools(pool("q", "10.0.0.0/24", autoAssign=False)).held("a") == {("10.0.0.1",)}
    for_x = pool("q", "10.0.0.0/24", serviceAllocation=kept_for("x"))
    assert world.told_on_load("a", for_x) == (
        cleared("a", "pool q not compatible for ip assignment"),
        failed("a", "no available IPs"),
    )
    assert world.pools(for_x).held("a") == {()}


def test_62_pool_split() -> None:
    # Section 14: as in 61, in one load.
    world = (
        World(pool("p", "10.0.0.0/28"))
        .apply("a", ip="10.0.0.9")
        .apply("a", ip=None)
        .apply("b", from_pool="p")
    )
    world.pools(pool("p1", "10.0.0.0/29"), pool("p2", "10.0.0.8/29"))
    assert world.held("a") == {("10.0.0.9",)}
    assert pool_of(world, "a") == "p2"
    # b lies in p1 now and asks for p, so it is dropped without an event and finds no such pool.
    assert world.held("b") == {()}
    assert world.told("b") == (failed("b", 'unknown pool "p"'),)


def test_63_statuses_of_strangers() -> None:
    world = World(TEN).apply("a").apply("b", ip=FIVE)
    world.write_status("a", "10.0.0.7")
    assert world.held("a") == {("10.0.0.7",)}
    assert world.silent
    world.write_status("a", FIVE)
    assert world.held("a") == {("10.0.0.0",)}
    assert world.events == (cleared("a", in_use("a", "b")), assigned("10.0.0.0"))
    world.write_status("a", "1.1.1.1")
    assert world.events == (cleared("a", '["1.1.1.1"] is not allowed in config'), assigned("10.0.0.0"))


@pytest.mark.parametrize(
    ("status", "shown_as", "why"),
    [
        (["bogus"], '["<nil>"]', 'Invalid address ["<nil>"]'),
        (
            ["10.0.0.7", "10.0.0.8"],
            '["10.0.0.7" "10.0.0.8"]',
            'same address family ["10.0.0.7" "10.0.0.8"]',
        ),
    ],
)
def test_63_statuses_without_a_family(status: list[str], shown_as: str, why: str) -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("a", ip=None).write_status("a", *status)
    text = f"Failed to retrieve LBIPs IPFamily for {shown_as}: IPFamilyForAddresses: {why}"
    assert world.events == (("nolbIPsIPFamily", text), assigned("10.0.0.0"))
    assert world.held("a") == {("10.0.0.0",)}


def test_63_status_emptied() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("a", ip=None).write_status("a")
    assert world.held("a") == {("10.0.0.0",)}
    assert world.events == (assigned("10.0.0.0"),)


def test_0_13_pools_that_were_put_off_rule_after_a_restart() -> None:
    world = World(pool("p", "10.0.0.0/31"), version="0.13.12").apply("a")
    world.pools(pool("p", "10.1.0.0/31")).apply("b")
    assert (world.held("a"), world.held("b")) == ({("10.0.0.0",)}, {("10.0.0.1",)})
    world.restart()
    assert world.together("a", "b") == {("10.1.0.0", "10.1.0.1"), ("10.1.0.1", "10.1.0.0")}


def test_no_pools_at_all_after_pools_that_were_refused_at_start() -> None:
    # Which pools ruled was not to be seen; that there are none now is.
    there = service("a", status=["10.0.0.5"])
    world = World(pool("p", "10.0.0.9-10.0.0.5"), there)
    assert world.held("a") == {("10.0.0.5",)}
    assert world.pools().held("a") == {()}
