"""Scenarios 31 to 52 of the rules: who may share, and what edits of sharers do."""

from __future__ import annotations

import pytest

from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.refusals import NotShareable
from kubectl_sharedip.metallb.sharing import SharingRule
from tests.metallb_rules.worlds import BOTH, V6, World, assigned, cleared, failed, in_use, pool

TEN = pool("p", "10.0.0.0/24")
FIVE = "10.0.0.5"
ONLY_FIVE = pool("p", "10.0.0.5/32")


def taken(port: str, address: str = FIVE) -> str:
    return f'port {port} is already in use on "{address}"'


def rule(world: World, name: str) -> SharingRule:
    outcome = world.outcome(name)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.refusal, NotShareable)
    return outcome.refusal.conflict.decisive


def test_31_lowest_that_is_free_or_joinable() -> None:
    world = World(pool("p", "10.0.0.0/30"))
    world.apply("a", key="k").apply("b", key="k", ports=["TCP/443"])
    world.apply("c", key="k").apply("d", key="k", ports=["UDP/80"])
    assert [world.held(name) for name in "abcd"] == [
        {("10.0.0.0",)},
        {("10.0.0.0",)},
        {("10.0.0.1",)},
        {("10.0.0.0",)},
    ]


def test_32_lower_free_address_before_a_shared_one() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE).apply("b", key="k", ports=["TCP/443"])
    assert world.held("b") == {("10.0.0.0",)}


def test_33_freed_address_before_a_shared_one() -> None:
    world = World(TEN).apply("x").apply("a", key="k").apply("y")
    world.apply("b", key="k").apply("c", key="k", ports=["TCP/81"])
    assert world.held("b") == {("10.0.0.3",)}
    assert world.held("c") == {("10.0.0.1",)}
    world.delete("x").apply("d", key="k", ports=["TCP/82"])
    assert world.held("d") == {("10.0.0.0",)}


def test_34_why_not() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE)
    world.apply("b", key="k2", ip=FIVE, ports=["TCP/443"])
    assert world.events == (failed("b", in_use("b", "a")),)
    assert rule(world, "b") is SharingRule.KEYS_EQUAL
    world.apply("c", ip=FIVE, ports=["TCP/443"])
    assert world.events == (failed("c", in_use("c", "a")),)
    assert rule(world, "c") is SharingRule.REQUESTER_HAS_KEY
    world.apply("d", key="k", ip=FIVE)
    assert world.events == (failed("d", taken("TCP/80")),)
    assert rule(world, "d") is SharingRule.PORTS_FREE
    world.apply("ns2/e", key="k", ip=FIVE, ports=["TCP/8080"])
    assert world.held("ns2/e") == {(FIVE,)}


@pytest.mark.parametrize("key", ["k ", "K"])
def test_35_keys_are_compared_byte_for_byte(key: str) -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE).apply("b", key=key, ip=FIVE, ports=["TCP/443"])
    assert world.events == (failed("b", in_use("b", "a")),)


def test_36_key_is_named_before_ports() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE).apply("b", key="z", ip=FIVE)
    assert world.events == (failed("b", in_use("b", "a")),)
    assert rule(world, "b") is SharingRule.KEYS_EQUAL


def test_37_first_clashing_port_in_the_order_of_the_requester() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE, ports=["TCP/1", "TCP/2", "UDP/3"])
    world.apply("b", key="k", ip=FIVE, ports=["UDP/3", "TCP/1"])
    assert world.events == (failed("b", taken("UDP/3")),)


def test_38_local_shares_with_equal_selectors_only() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE, local="x")
    world.apply("b", key="k", ip=FIVE, local="y", ports=["TCP/443"])
    assert world.events == (failed("b", in_use("b", "a")),)
    assert rule(world, "b") is SharingRule.LOCAL_SELECTORS_EQUAL
    world.apply("c", key="k", ip=FIVE, local="x", ports=["TCP/443"])
    assert world.held("c") == {(FIVE,)}
    world.apply("d", key="k", ip=FIVE, selector={"app": "x"}, ports=["TCP/444"])
    assert world.events == (failed("d", in_use("d", "a", "c")),)
    assert rule(world, "d") is SharingRule.POLICIES_EQUAL


def test_39_local_without_selector_counts_as_cluster() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE, local="")
    world.apply("b", key="k", ip=FIVE, ports=["TCP/443"])
    assert world.held("b") == {(FIVE,)}


def test_40_namespace_is_no_part_of_the_backend() -> None:
    world = World(TEN).apply("n1/a", key="k", local="x")
    world.apply("n2/b", key="k", local="x", ports=["TCP/443"])
    assert world.held("n2/b") == {("10.0.0.0",)}


def test_41_key_given_to_the_holder_wakes_the_waiter() -> None:
    world = World(TEN).apply("a", ip=FIVE).apply("b", key="k", ip=FIVE, ports=["TCP/443"])
    assert world.held("b") == {()}
    world.apply("a", key="k")
    assert world.held("b") == {(FIVE,)}


def test_41_before_0_15_nobody_is_woken() -> None:
    world = World(TEN, version="0.14.9")
    world.apply("a", ip=FIVE).apply("b", key="k", ip=FIVE, ports=["TCP/443"]).apply("a", key="k")
    assert world.held("b") == {()}


def test_42_key_changed_by_a_sharer() -> None:
    world = World(TEN).apply("a", key="k").apply("b", key="k", ports=["TCP/443"])
    world.apply("a", key="k2")
    assert world.events == (cleared("a", in_use("a", "b")), assigned("10.0.0.1"))
    assert world.held("a") == {("10.0.0.1",)}
    assert world.held("b") == {("10.0.0.0",)}
    world.apply("b", key=None)
    assert world.held("b") == {("10.0.0.0",)}
    assert world.silent


def test_43_both_follow_each_other_to_a_new_key() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE).apply("b", key="k", ip=FIVE, ports=["TCP/443"])
    world.apply("a", key="k2")
    assert world.events == (cleared("a", in_use("a", "b")), failed("a", in_use("a", "b")))
    assert world.held("a") == {()}
    world.apply("b", key="k2")
    assert world.held("b") == {(FIVE,)}
    assert world.held("a") == {(FIVE,)}


def test_44_policy_changed_by_both_does_not_reunite_them() -> None:
    world = World(TEN).apply("a", key="k").apply("b", key="k", ports=["TCP/443"])
    world.apply("a", local="x")
    assert world.held("a") == {("10.0.0.1",)}
    world.apply("b", local="x")
    assert world.held("b") == {("10.0.0.0",)}
    assert world.held("a") == {("10.0.0.1",)}


def test_45_port_of_a_co_user_added() -> None:
    world = World(TEN).apply("a", key="k").apply("b", key="k", ports=["TCP/81"])
    world.apply("a", ports=["TCP/80", "TCP/81"])
    assert world.events == (cleared("a", taken("TCP/81", "10.0.0.0")), assigned("10.0.0.1"))
    assert world.held("a") == {("10.0.0.1",)}


def test_46_dropped_port_wakes_nobody() -> None:
    world = World(TEN).apply("a", key="k", ip=FIVE, ports=["TCP/80", "TCP/81"])
    world.apply("b", key="k", ip=FIVE, ports=["TCP/81"])
    assert world.held("b") == {()}
    world.apply("a", ports=["TCP/80"])
    assert world.held("b") == {()}
    world.apply("b", labels={"any": "edit"})
    assert world.held("b") == {(FIVE,)}


def test_47_deletion_wakes() -> None:
    world = World(ONLY_FIVE).apply("a", key="k").apply("b", key="k", ports=["TCP/81"])
    world.apply("a", key=None)
    assert world.events == (cleared("a", in_use("a", "b")), failed("a", "no available IPs"))
    world.apply("b", key=None)
    assert world.held("a") == {()}
    world.delete("b")
    assert world.held("a") == {(FIVE,)}


def test_48_both_keys_are_needed() -> None:
    world = World(ONLY_FIVE).apply("a").apply("b", ports=["TCP/81"])
    assert world.held("b") == {()}
    world.apply("b", key="k")
    assert world.events == (failed("b", "no available IPs"),)
    world.apply("a", key="k")
    assert world.held("b") == {(FIVE,)}


def test_49_selector_under_local() -> None:
    world = World(TEN).apply("a", key="k", local="x").apply("b", key="k", local="x", ports=["TCP/81"])
    world.apply("a", local="z")
    assert world.events == (cleared("a", in_use("a", "b")), assigned("10.0.0.1"))
    world.apply("a", local="other")
    assert world.held("a") == {("10.0.0.1",)}
    assert world.silent


def test_50_requested_pools_keep_groups_apart() -> None:
    world = World(TEN, pool("q", "10.1.0.0/24"))
    world.apply("a", key="k", from_pool="q").apply("b", key="k", from_pool="p")
    world.apply("c", key="k", from_pool="q", ports=["TCP/81"])
    assert [world.held(name) for name in "abc"] == [{("10.1.0.0",)}, {("10.0.0.0",)}, {("10.1.0.0",)}]


def test_51_each_family_finds_its_own_group() -> None:
    world = World(pool("p", "10.0.0.0/24", "fc00::/120"))
    dual = {"cluster_ips": BOTH, "ipFamilyPolicy": "RequireDualStack"}
    world.apply("a", key="k", **dual).apply("b", key="k", ports=["TCP/443"])
    assert world.held("a") == {("10.0.0.0", "fc00::")}
    assert world.held("b") == {("10.0.0.0",)}
    world.apply("c", key="k", ports=["TCP/443"], **dual)
    assert world.held("c") == {("10.0.0.1", "fc00::")}
    world.apply("d", key="k", ports=["TCP/8443"], cluster_ips=[V6])
    assert world.held("d") == {("fc00::",)}


def test_52_ports_count_across_namespaces() -> None:
    world = World(TEN).apply("n1/a", key="k", ip="10.0.0.1").apply("n2/a", key="k", ip="10.0.0.1")
    assert world.events == (failed("n2/a", taken("TCP/80", "10.0.0.1")),)
    world.apply("n2/a", ports=["TCP/81"])
    assert world.held("n2/a") == {("10.0.0.1",)}
