"""Scenarios 71 to 79 of the rules: two IP families."""

from __future__ import annotations

import pytest

from kubectl_sharedip.metallb.refusals import DualStackImpossible, InTwoPools, NoRoom
from tests.metallb_rules.worlds import BOTH, V4, V6, World, assigned, cleared, failed, kept_for, pool

DUAL = pool("p", "10.0.0.0/28", "fc00::/120")
REQUIRE = {"cluster_ips": BOTH, "ipFamilyPolicy": "RequireDualStack"}
PREFER = {"cluster_ips": BOTH, "ipFamilyPolicy": "PreferDualStack"}
PAIR = ("10.0.0.0", "fc00::")


def second_failed(why: str) -> tuple[str, str]:
    return "AdditionalAssignFailed", f"cannot assign additional IP in PreferDualStack: {why}"


def second(address: str) -> tuple[str, str]:
    return "IPAllocated", f'Assigned additional IP "{address}"'


def test_71_ipv4_first_whatever_the_service_says() -> None:
    world = World(DUAL).apply("a", ipFamilies=["IPv6", "IPv4"], **{**REQUIRE, "cluster_ips": (V6, V4)})
    assert world.events == (assigned(*PAIR),)
    assert world.held("a") == {PAIR}


def test_71_before_0_14_9_in_the_order_of_the_ranges() -> None:
    # Section 14, on 2.4.
    world = World(pool("p", "fc00::/120", "10.0.0.0/28"), version="0.13.12").apply("a", **REQUIRE)
    assert world.held("a") == {("fc00::", "10.0.0.0")}


V4_ONLY, V6_ONLY = pool("p4", "10.0.0.0/28"), pool("p6", "fc00::/120")


def test_72_families_in_two_pools() -> None:
    world = World(V4_ONLY, V6_ONLY).apply("a", **REQUIRE)
    assert world.events == (failed("a", "no available IPs"),)
    assert world.refusal("a") is NoRoom
    world.apply("b", **PREFER)
    assert world.held("b") == {("10.0.0.0",)}
    assert world.told("b") == (second_failed('["10.0.0.0" "<nil>"] is not allowed in config'),)
    world.apply("c", ipFamilies=["IPv6", "IPv4"], **PREFER)
    assert world.held("c") == {("fc00::",)}
    world.apply("d", ip="10.0.0.3,fc00::5", **REQUIRE)
    assert world.events == (failed("d", '["10.0.0.3" "fc00::5"] is not allowed in config'),)
    assert world.refusal("d") is InTwoPools


@pytest.mark.parametrize(
    ("version", "held", "told"),
    [
        ("0.13.12", (), failed("b", "no available IPs")),
        ("0.14.9", ("10.0.0.0",), second_failed("no available IPs in pool p4 for ipv6 IPFamily")),
        ("0.15.2", ("10.0.0.0",), second_failed('["10.0.0.0" "<nil>"] is not allowed in config')),
    ],
)
def test_72_in_other_versions(version: str, held: tuple[str, ...], told: tuple[str, str]) -> None:
    # Section 14, on 4.9 and on PreferDualStack with one pool a family.
    world = World(V4_ONLY, V6_ONLY, version=version).apply("b", **PREFER)
    assert world.held("b") == {held}
    assert world.told("b") == (told,)


def test_73_second_family_comes_and_goes() -> None:
    v4, both, v6 = pool("p", "10.0.0.0/28"), DUAL, pool("p", "fc00::/120")
    world = World(v4).apply("a", **PREFER)
    assert world.held("a") == {("10.0.0.0",)}
    assert world.told_on_load("a", both) == (second("fc00::"),)
    assert world.pools(both).held("a") == {PAIR}
    why = '["10.0.0.0" "fc00::"] is not allowed in config'
    assert world.told_on_load("a", v6) == (cleared("a", why), assigned("fc00::"))
    assert world.pools(v6).held("a") == {("fc00::",)}


def test_73_required_pair_is_lost_with_one_family() -> None:
    world = World(DUAL).apply("a", **REQUIRE)
    assert world.pools(pool("p", "fc00::/120")).held("a") == {()}


def test_74_one_cluster_ip_is_not_enough() -> None:
    # Section 14: the API server refuses to create it; one that is there may still be looked at.
    world = World(DUAL).apply("a", ipFamilyPolicy="RequireDualStack")
    text = "Service requires dual stack but not enough clusterips [10.96.0.1]"
    assert world.events == (("not enough clusterips", text),)
    assert world.refusal("a") is DualStackImpossible


def test_75_requested_pair_is_sorted_at_the_second_look() -> None:
    pair = pool("p", "10.0.0.0/24", "2001:db8::/112")
    world = World(pair).apply("a", ip="2001:db8::5,10.0.0.3", **REQUIRE)
    assert world.events == (assigned("2001:db8::5", "10.0.0.3"),)
    assert world.held("a") == {("10.0.0.3", "2001:db8::5")}


@pytest.mark.parametrize("policy", [{}, {"ipFamilyPolicy": "SingleStack"}])
def test_76_two_cluster_ips_without_a_policy_for_two(policy: dict[str, str]) -> None:
    world = World(DUAL).apply("a", cluster_ips=BOTH, **policy)
    assert world.events == (failed("a", "no available IPs"),)
    assert world.refusal("a") is DualStackImpossible
    world.apply("b", cluster_ips=BOTH, from_pool="p", **policy)
    assert world.events == (failed("b", "no available IPs in pool p for dual IPFamily"),)
    assert world.refusal("b") is DualStackImpossible


def test_76_before_0_14_9_it_gets_both() -> None:
    assert World(DUAL, version="0.13.12").apply("a", cluster_ips=BOTH).held("a") == {PAIR}


def test_77_never_settles() -> None:
    world = World(DUAL).apply("a", ipFamilyPolicy="PreferDualStack")
    assert world.restless
    assert world.held("a") == {("10.0.0.0",), PAIR}


def test_77_on_0_14_9_it_flaps_only_with_a_pinned_address() -> None:
    # Section 14, on 4.10.
    world = World(DUAL, version="0.14.9").apply("a", ipFamilyPolicy="PreferDualStack")
    assert not world.restless
    assert world.held("a") == {PAIR}
    world.apply("b", ip="10.0.0.9", ipFamilyPolicy="PreferDualStack")
    assert world.restless


def test_78_from_one_family_to_two() -> None:
    world = World(DUAL).apply("x", ip="10.0.0.0").apply("a").delete("x")
    assert world.held("a") == {("10.0.0.1",)}
    assert world.apply("a", **REQUIRE).held("a") == {PAIR}
    world = World(DUAL).apply("x", ip="10.0.0.0").apply("a").delete("x").apply("a", **PREFER)
    assert world.events == (second("fc00::"),)
    assert world.held("a") == {("10.0.0.1", "fc00::")}


def test_78_0_13_drops_the_address() -> None:
    # Section 14, on 5.4.
    world = World(DUAL, version="0.13.12").apply("x", ip="10.0.0.0").apply("a").delete("x")
    assert world.apply("a", **PREFER).held("a") == {PAIR}


def test_79_pinned_pool_of_one_family() -> None:
    pinned = pool("p", "10.1.0.0/28", serviceAllocation=kept_for("default"))
    world = World(pinned, pool("q", "10.0.0.0/28", "fc00::/120")).apply("a", **PREFER).apply("b", **REQUIRE)
    assert world.held("a") == {("10.1.0.0",)}
    assert world.held("b") == {PAIR}


def test_two_addresses_of_one_family_are_no_status_that_a_dual_stack_service_keeps() -> None:
    """As of any status without a family (scenario 63), though one address alone would do."""
    world = World(DUAL).apply("a", **PREFER).write_status("a", "10.0.0.7", "10.0.0.8")
    assert world.held("a") == {PAIR}
    assert world.events[-1] == assigned(*PAIR)


@pytest.mark.parametrize("taken", ["10.0.0.3", "fc00::5"])
def test_a_requested_pair_is_given_whole_or_not_at_all(taken: str) -> None:
    holder = {"ip": taken, "cluster_ips": [V6 if ":" in taken else V4]}
    world = World(DUAL).apply("a", **holder).apply("b", ip="10.0.0.3,fc00::5", **REQUIRE)
    assert (world.held("a"), world.held("b")) == ({(taken,)}, {()})
    assert world.delete("a").held("b") == {("10.0.0.3", "fc00::5")}
